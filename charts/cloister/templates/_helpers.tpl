{{- define "cloister.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "cloister.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "cloister.fullname" .) -}}
{{- end -}}

{{- define "cloister.selector" -}}
app.kubernetes.io/name: cloister
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "cloister.labels" -}}
{{ include "cloister.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
{{ include "cloister.chartLabels" . }}
{{- end -}}

{{- define "cloister.chartLabels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- /* dict root, image. */ -}}
{{- define "cloister.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "cloister.upload.fullname" -}}
{{- include "cloister.fullname" . }}-upload
{{- end -}}

{{- define "cloister.upload.serviceAccount" -}}
{{- .Values.uploadApi.serviceAccount.name | default (include "cloister.upload.fullname" .) -}}
{{- end -}}

{{- define "cloister.upload.selector" -}}
app.kubernetes.io/name: cloister
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: upload-api
{{- end -}}

{{- define "cloister.upload.labels" -}}
{{ include "cloister.upload.selector" . }}
app.kubernetes.io/version: {{ .Values.uploadApi.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
{{ include "cloister.chartLabels" . }}
{{- end -}}

{{- define "cloister.upload.tlsSecret" -}}
{{- .Values.uploadApi.tls.secretName | default (printf "%s-tls" (include "cloister.upload.fullname" .)) -}}
{{- end -}}

{{- /* Of a program that has a ServiceAccount: dict root, role, annotations. */ -}}
{{- define "cloister.identityAnnotations" -}}
{{- $annotations := deepCopy .annotations }}
{{- if eq .root.Values.aws.identity "Irsa" }}
{{- $_ := set $annotations "eks.amazonaws.com/role-arn" .role }}
{{- if ne .root.Values.aws.tokenAudience "sts.amazonaws.com" }}
{{- $_ := set $annotations "eks.amazonaws.com/audience" .root.Values.aws.tokenAudience }}
{{- end }}
{{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* By which the SDK finds AWS: dict root, role. */ -}}
{{- define "cloister.awsEnv" -}}
- {name: AWS_REGION, value: {{ .root.Values.aws.region | quote }}}
{{- if eq .root.Values.aws.identity "ProjectedToken" }}
- {name: AWS_ROLE_ARN, value: {{ .role | quote }}}
- {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/cloister.dev/aws/token}
{{- end }}
{{- if ne .root.Values.aws.identity "Environment" }}
- {name: AWS_EC2_METADATA_DISABLED, value: "true"}
{{- end }}
{{- end -}}

{{- define "cloister.awsTokenVolume" -}}
- name: aws-token
  projected:
    sources:
      - serviceAccountToken: {path: token, audience: {{ .Values.aws.tokenAudience }}, expirationSeconds: 3600}
{{- end -}}

{{- define "cloister.awsTokenMount" -}}
- {name: aws-token, mountPath: /var/run/secrets/cloister.dev/aws, readOnly: true}
{{- end -}}

{{- define "cloister.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "cloister.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- /* Where pods may and must not run: dict root, values (of the program), selector (its text). */ -}}
{{- define "cloister.placement" -}}
topologySpreadConstraints:
  {{- range $key, $unsatisfiable := dict "kubernetes.io/hostname" .root.Values.topologySpread.node "topology.kubernetes.io/zone" .root.Values.topologySpread.zone }}
  - topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $unsatisfiable }}
    maxSkew: 1
    labelSelector:
      matchLabels:
        {{- $.selector | nindent 8 }}
    # Of one roll-out: those that are about to go leave room.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Of a NetworkPolicy: DNS, the API server, AWS, the identity provider, credentials. */ -}}
{{- define "cloister.egress" -}}
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
- ports:
    {{- range .Values.networkPolicy.egressPorts }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- if eq .Values.aws.identity "PodIdentity" }}
# The agent on the node that gives credentials.
- to:
    - ipBlock: {cidr: 169.254.170.23/32}
    - ipBlock: {cidr: "fd00:ec2::23/128"}
  ports:
    - {protocol: TCP, port: 80}
{{- end }}
{{- if .Values.networkPolicy.instanceMetadata }}
- to:
    - ipBlock: {cidr: 169.254.169.254/32}
  ports:
    - {protocol: TCP, port: 80}
{{- end }}
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* An option that is given twice would be refused by the program, in a loop: dict own, extra. */ -}}
{{- define "cloister.args" -}}
{{- range .extra }}
{{- if contains (printf "- %s=" (first (splitList "=" .))) $.own }}
{{- fail (printf "extraArgs: %s is set by a value of the chart: change that one" (first (splitList "=" .))) }}
{{- end }}
{{- end }}
{{- .own }}
{{- with .extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cloister.operatorArgs" -}}
- --lease-namespace=$(POD_NAMESPACE)
- --lease-seconds={{ .Values.settings.leaseSeconds }}
- --listen={{ .Values.settings.listenAddress }}:{{ .Values.settings.port }}
- --sweep-seconds={{ .Values.settings.sweepSeconds }}
- --rare-sweep-seconds={{ .Values.settings.rareSweepSeconds }}
- --event-probe-seconds={{ .Values.settings.eventProbeSeconds }}
- --event-silence-seconds={{ .Values.settings.eventSilenceSeconds }}
- --kms-visibility-seconds={{ .Values.settings.kmsVisibilitySeconds }}
- --log-format={{ .Values.settings.logFormat }}
{{- with .Values.doorImage }}
- --door-image={{ . }}
{{- end }}
{{- end -}}

{{- define "cloister.uploadArgs" -}}
- --listen={{ .listenAddress }}:{{ .port }}
- --metrics-listen={{ .listenAddress }}:{{ .metricsPort }}
- --name={{ .url }}
- --issuer={{ .oidc.issuer }}
- --audience={{ .oidc.audience }}
- --groups-claim={{ .oidc.groupsClaim }}
- --client-id={{ .oidc.clientId }}
- --scopes={{ join "," .oidc.scopes }}
{{- with .oidc.secondFactor.acr }}
- --mfa-acr={{ join "," . }}
{{- end }}
{{- with .oidc.secondFactor.amr }}
- --mfa-amr={{ join "," . }}
{{- end }}
- --tls-cert=/etc/cloister/tls/tls.crt
- --tls-key=/etc/cloister/tls/tls.key
- --receipt-key=/etc/cloister/receipt/{{ .receiptKey.key }}
- --user-rate={{ .limits.userRate }}
- --user-burst={{ .limits.userBurst }}
- --refused-rate={{ .limits.refusedRate }}
- --refused-burst={{ .limits.refusedBurst }}
- --at-once={{ .limits.atOnce }}
- --connections={{ .limits.connections }}
- --log-format={{ .logFormat }}
{{- end -}}
