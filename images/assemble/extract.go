package main

import (
	"archive/tar"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// Writes what a container of the image would see, once every digest in it has been proven.
func extract(args []string) error {
	flags := flag.NewFlagSet("extract", flag.ContinueOnError)
	from := flags.String("layout", "", "folder of the OCI layout")
	platform := flags.String("platform", "linux/amd64", "whose image")
	out := flags.String("out", "", "folder to write into")
	if err := flags.Parse(args); err != nil {
		return err
	}
	index, err := layout.ImageIndexFromPath(*from)
	if err != nil {
		return err
	}
	if err := prove(index); err != nil {
		return fmt.Errorf("%s: %w", *from, err)
	}
	img, err := imageOf(index, *platform)
	if err != nil {
		return err
	}
	content := mutate.Extract(img)
	defer content.Close()
	return unpack(tar.NewReader(content), *out)
}

func imageOf(index v1.ImageIndex, platform string) (v1.Image, error) {
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, one := range manifest.Manifests {
		if one.Platform != nil && one.Platform.String() == platform {
			return index.Image(one.Digest)
		}
	}
	return nil, fmt.Errorf("there is no image for %s", platform)
}

func unpack(archive *tar.Reader, out string) error {
	root, err := openRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		name := filepath.Clean(header.Name)
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, header.FileInfo().Mode())
		if err != nil {
			return err
		}
		if _, err := io.Copy(file, archive); err != nil {
			return errors.Join(err, file.Close())
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
}

// Nothing is written outside of it, whatever names the archive holds.
func openRoot(out string) (*os.Root, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	return os.OpenRoot(out)
}
