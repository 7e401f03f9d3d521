package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// What all platforms of an image have in common.
type release struct {
	name, version, commit string
	lockfile              string
	authorities           string
	// Of the commit, so that the same sources give the same digest.
	at time.Time
}

// One platform of it.
type build struct {
	platform      v1.Platform
	program, sbom string
}

func image(args []string) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	var r release
	out := flags.String("out", "", "folder of the OCI layout; what is there is replaced")
	at := flags.Int64("time", 0, "seconds since 1970 of the commit")
	flags.StringVar(&r.name, "name", "", "of the program and the image")
	flags.StringVar(&r.version, "version", "", "of the image")
	flags.StringVar(&r.commit, "commit", "", "that it was built from")
	flags.StringVar(&r.lockfile, "lockfile", "", "Cargo.lock, which names every dependency by its digest")
	flags.StringVar(&r.authorities, "authorities", "", "PEM file of the certificate authorities that it trusts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	r.at = time.Unix(*at, 0).UTC()
	for name, value := range map[string]string{"out": *out, "name": r.name, "version": r.version, "commit": r.commit,
		"lockfile": r.lockfile, "authorities": r.authorities} {
		if value == "" {
			return fmt.Errorf("-%s is missing", name)
		}
	}
	builds, err := parse(flags.Args())
	if err != nil {
		return err
	}
	index, err := r.index(builds)
	if err != nil {
		return err
	}
	return write(index, *out)
}

// PLATFORM=PROGRAM,SBOM
func parse(args []string) ([]build, error) {
	if len(args) == 0 {
		return nil, errors.New("name at least one build, as linux/amd64=program,sbom.json")
	}
	var builds []build
	for _, arg := range args {
		name, files, _ := strings.Cut(arg, "=")
		program, sbom, found := strings.Cut(files, ",")
		platform, err := v1.ParsePlatform(name)
		if err != nil || !found {
			return nil, fmt.Errorf("%q is no build: write linux/amd64=program,sbom.json", arg)
		}
		builds = append(builds, build{*platform, program, sbom})
	}
	return builds, nil
}

// The images of all platforms, and what is attested of each, in one index.
func (r release) index(builds []build) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range builds {
		img, err := r.image(b)
		if err != nil {
			return nil, err
		}
		platform := b.platform
		about := v1.Descriptor{MediaType: types.OCIManifestSchema1, Platform: &platform}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: about})
		attested, err := r.attest(b, img)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, attested...)
	}
	return index, nil
}

func (r release) image(b build) (v1.Image, error) {
	layer, err := r.layer(b)
	if err != nil {
		return nil, err
	}
	base := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	base = mutate.ConfigMediaType(base, types.OCIConfigJSON)
	at := v1.Time{Time: r.at}
	history := v1.History{Created: at, CreatedBy: "cloister images/build"}
	img, err := mutate.Append(base, mutate.Addendum{Layer: layer, History: history})
	if err != nil {
		return nil, err
	}
	held, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config := held.DeepCopy()
	config.Created, config.OS, config.Architecture = at, b.platform.OS, b.platform.Architecture
	config.Config = v1.Config{
		Entrypoint: []string{"/" + r.name},
		User:       fmt.Sprintf("%d:%d", nobody, nobody),
		WorkingDir: "/",
		Labels: map[string]string{
			"org.opencontainers.image.title":    r.name,
			"org.opencontainers.image.version":  r.version,
			"org.opencontainers.image.revision": r.commit,
			"org.opencontainers.image.created":  r.at.Format(time.RFC3339),
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.source":   "https://cloister.dev",
		},
	}
	return mutate.ConfigFile(img, config)
}

func write(index v1.ImageIndex, out string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	_, err := layout.Write(out, index)
	return err
}
