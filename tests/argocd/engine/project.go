package main

import (
	"fmt"
	"os"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// What an AppProject lets its Applications make.
type project struct {
	Spec struct {
		ClusterResourceWhitelist   []groupKind `json:"clusterResourceWhitelist"`
		NamespaceResourceWhitelist []groupKind `json:"namespaceResourceWhitelist"`
	} `json:"spec"`
}

type groupKind struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
}

func readProject(file string) (*project, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var p project
	return &p, yaml.Unmarshal(text, &p)
}

func (p *project) permits(kind schema.GroupKind, namespaced bool) error {
	permitted := p.Spec.ClusterResourceWhitelist
	if namespaced {
		permitted = p.Spec.NamespaceResourceWhitelist
	}
	if slices.Contains(permitted, groupKind{kind.Group, kind.Kind}) {
		return nil
	}
	return fmt.Errorf("resource %s:%s is not permitted in project", kind.Group, kind.Kind)
}
