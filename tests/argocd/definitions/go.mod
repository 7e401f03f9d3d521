// Only the CustomResourceDefinitions of Argo CD are read, from the module's own files.
module cloister.local/argocd-definitions

go 1.26.0

require github.com/argoproj/argo-cd/v3 v3.3.0
