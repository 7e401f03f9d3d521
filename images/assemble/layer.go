package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/go-containerregistry/pkg/compression"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Whom the programs run as: the user that distroless images call nonroot.
const nobody = 65532

const passwd = "nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n"
const group = "nonroot:x:65532:\n"

// Everything there is in the image. Nothing in it can be written by whom it runs as.
func (r release) layer(b build) (v1.Layer, error) {
	program, err := os.ReadFile(b.program)
	if err != nil {
		return nil, err
	}
	authorities, err := os.ReadFile(r.authorities)
	if err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	archive := &archive{tar.NewWriter(&buffer), r.at}
	for _, folder := range []string{"etc/", "etc/ssl/", "etc/ssl/certs/"} {
		archive.put(tar.TypeDir, folder, 0o755, nil)
	}
	archive.put(tar.TypeReg, "etc/group", 0o444, []byte(group))
	archive.put(tar.TypeReg, "etc/passwd", 0o444, []byte(passwd))
	archive.put(tar.TypeReg, "etc/ssl/certs/ca-certificates.crt", 0o444, authorities)
	archive.put(tar.TypeReg, r.name, 0o555, program)
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("layer of %s: %w", b.platform, err)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buffer.Bytes())), nil }
	// A third smaller than by gzip. containerd knows it since 1.5.
	return tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayerZStd),
		tarball.WithCompression(compression.ZStd), tarball.WithCompressionLevel(19), tarball.WithCompressedCaching)
}

type archive struct {
	*tar.Writer
	at time.Time
}

// What goes wrong here is told by Close.
func (a *archive) put(kind byte, name string, mode int64, content []byte) {
	header := &tar.Header{Typeflag: kind, Name: name, Mode: mode, Size: int64(len(content)), ModTime: a.at,
		Format: tar.FormatPAX}
	if a.WriteHeader(header) == nil {
		_, _ = a.Write(content)
	}
}
