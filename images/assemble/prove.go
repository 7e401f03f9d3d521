package main

import (
	"bytes"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// That everything in the layout is what its digest says. The library's own validation takes every layer for gzip.
func prove(index v1.ImageIndex) error {
	manifest, err := index.IndexManifest()
	if err != nil {
		return err
	}
	for _, one := range manifest.Manifests {
		img, err := index.Image(one.Digest)
		if err != nil {
			return err
		}
		if err := proveImage(img, one.Digest); err != nil {
			return err
		}
	}
	return nil
}

func proveImage(img v1.Image, digest v1.Hash) error {
	raw, err := img.RawManifest()
	if err != nil {
		return err
	}
	manifest, err := img.Manifest()
	if err != nil {
		return err
	}
	config, err := img.RawConfigFile()
	if err != nil {
		return err
	}
	if err := is(bytes.NewReader(raw), digest); err != nil {
		return err
	}
	if err := is(bytes.NewReader(config), manifest.Config.Digest); err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for _, layer := range layers {
		if err := proveLayer(layer); err != nil {
			return err
		}
	}
	return nil
}

func proveLayer(layer v1.Layer) error {
	digest, err := layer.Digest()
	if err != nil {
		return err
	}
	content, err := layer.Compressed()
	if err != nil {
		return err
	}
	defer content.Close()
	return is(content, digest)
}

func is(content io.Reader, digest v1.Hash) error {
	found, _, err := v1.SHA256(content)
	if err == nil && found != digest {
		err = fmt.Errorf("the blob %s was changed: its digest is %s", digest, found)
	}
	return err
}
