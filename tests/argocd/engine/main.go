// A stand-in for Argo CD's application controller: the same engine, the same Lua interpreter, and nothing else of it.
// Which options the controller gives to the engine is said where they are given.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("say lua, generate, compare or sync"))
	}
	var answer any
	var err error
	switch verb := os.Args[1]; verb {
	case "lua":
		answer, err = runScripts(os.Stdin)
	case "generate":
		answer, err = runGenerator(os.Args[2:])
	case "compare", "sync":
		answer, err = runApplication(verb, os.Args[2:])
	default:
		err = fmt.Errorf("say lua, generate, compare or sync, not %q", verb)
	}
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func runApplication(verb string, arguments []string) (*report, error) {
	var a application
	flags := flag.NewFlagSet(verb, flag.ExitOnError)
	flags.StringVar(&a.name, "name", "", "of the Application")
	flags.StringVar(&a.namespace, "namespace", "default", "of the Application's destination")
	flags.StringVar(&a.tracking, "tracking", "annotation", "annotation, which is Argo CD's default, or label")
	flags.BoolVar(&a.serverSideApply, "server-side-apply", false, "sync option ServerSideApply=true")
	flags.BoolVar(&a.serverSideDiff, "server-side-diff", false, "compare option ServerSideDiff=true")
	flags.BoolVar(&a.prune, "prune", false, "remove what is no longer in the folder")
	flags.BoolVar(&a.pruneConfirmed, "prune-confirmed", false, "a person has confirmed it")
	kubeconfig := flags.String("kubeconfig", "", "of the cluster")
	manifests := flags.String("manifests", "", "the folder that stands for the repository")
	customizations := flags.String("customizations", "", "a folder as Argo CD's resource_customizations")
	project := flags.String("project", "", "a file with the AppProject; without it everything is permitted")
	timeout := flags.Duration("timeout", time.Minute, "of a sync")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if err := a.load(*manifests, *customizations, *project); err != nil {
		return nil, err
	}
	if err := a.connect(*kubeconfig); err != nil {
		return nil, err
	}
	if verb == "compare" {
		return a.compare()
	}
	return a.sync(*timeout)
}

func runGenerator(arguments []string) (any, error) {
	flags := flag.NewFlagSet("generate", flag.ExitOnError)
	set := flags.String("applicationset", "", "a file")
	repository := flags.String("repository", "", "the folder that stands for it")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	return generate(*set, *repository)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
