// Command assemble puts programs that stand on disk into OCI image layouts, without an engine and the same way each time,
// and takes them out again.
//
//	assemble image -out layout -name cloister -version 0.1.0 -commit … -time … linux/amd64=program,sbom.json …
//	assemble extract -layout layout -platform linux/amd64 -out folder
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "assemble:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say what to do: image or extract")
	}
	switch args[0] {
	case "image":
		return image(args[1:])
	case "extract":
		return extract(args[1:])
	default:
		return fmt.Errorf("%q is neither image nor extract", args[0])
	}
}
