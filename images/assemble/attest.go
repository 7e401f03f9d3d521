package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	sbomType   = "application/vnd.cyclonedx+json"
	inTotoType = "application/vnd.in-toto+json"
)

// What the image is made of and how, each an artifact whose subject is the image (OCI image specification 1.1).
func (r release) attest(b build, img v1.Image) ([]mutate.IndexAddendum, error) {
	sbom, err := os.ReadFile(b.sbom)
	if err != nil {
		return nil, err
	}
	provenance, err := r.provenance(b, img)
	if err != nil {
		return nil, err
	}
	var added []mutate.IndexAddendum
	for _, one := range []struct {
		kind    types.MediaType
		content []byte
	}{{sbomType, sbom}, {inTotoType, provenance}} {
		artifact, err := about(img, one.kind, one.content)
		if err != nil {
			return nil, err
		}
		about := v1.Descriptor{MediaType: types.OCIManifestSchema1, ArtifactType: string(one.kind)}
		added = append(added, mutate.IndexAddendum{Add: artifact, Descriptor: about})
	}
	return added, nil
}

func about(img v1.Image, kind types.MediaType, content []byte) (v1.Image, error) {
	subject, err := partial.Descriptor(img)
	if err != nil {
		return nil, err
	}
	base := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	base = mutate.ConfigMediaType(base, kind)
	artifact, err := mutate.AppendLayers(base, static.NewLayer(content, kind))
	if err != nil {
		return nil, err
	}
	subject = &v1.Descriptor{MediaType: subject.MediaType, Size: subject.Size, Digest: subject.Digest}
	return mutate.Subject(artifact, *subject).(v1.Image), nil
}

// SLSA provenance 1.0, without times, so that it is reproducible as well: https://slsa.dev/spec/v1.0/provenance
func (r release) provenance(b build, img v1.Image) ([]byte, error) {
	digest, err := img.Digest()
	if err != nil {
		return nil, err
	}
	lock, err := os.ReadFile(r.lockfile)
	if err != nil {
		return nil, err
	}
	locked := sha256.Sum256(lock)
	dependency := func(uri, algorithm, digest string) any {
		return map[string]any{"uri": uri, "digest": map[string]string{algorithm: digest}}
	}
	return json.Marshal(map[string]any{
		"_type":         "https://in-toto.io/Statement/v1",
		"subject":       []any{map[string]any{"name": r.name, "digest": map[string]string{"sha256": digest.Hex}}},
		"predicateType": "https://slsa.dev/provenance/v1",
		"predicate": map[string]any{
			"buildDefinition": map[string]any{
				"buildType":          "https://cloister.dev/images/build/v1",
				"externalParameters": map[string]string{"program": r.name, "platform": fmt.Sprint(b.platform), "version": r.version},
				"resolvedDependencies": []any{
					dependency("git+https://cloister.dev", "gitCommit", r.commit),
					dependency("Cargo.lock", "sha256", hex.EncodeToString(locked[:])),
				},
			},
			"runDetails": map[string]any{"builder": map[string]string{"id": "https://cloister.dev/images/build"}},
		},
	})
}
