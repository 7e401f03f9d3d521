package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

type applicationSet struct {
	Spec struct {
		GoTemplateOptions []string `json:"goTemplateOptions"`
		Generators        []struct {
			Git struct {
				Files []struct {
					Path string `json:"path"`
				} `json:"files"`
			} `json:"git"`
		} `json:"generators"`
		Template map[string]any `json:"template"`
	} `json:"spec"`
}

// The Applications that a git generator makes of the files in a folder, which stands for the repository's root.
func generate(file, repository string) ([]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var set applicationSet
	if err := yaml.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	applications := []any{}
	for _, generator := range set.Spec.Generators {
		for _, files := range generator.Git.Files {
			found, err := filepath.Glob(filepath.Join(repository, files.Path))
			if err != nil {
				return nil, err
			}
			for _, one := range found {
				parameters, err := readParameters(one, repository)
				if err != nil {
					return nil, err
				}
				application, err := fill(set.Spec.Template, parameters, set.Spec.GoTemplateOptions)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", one, err)
				}
				applications = append(applications, application)
			}
		}
	}
	return applications, nil
}

// The file's own fields, and where it is.
func readParameters(file, repository string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parameters := map[string]any{}
	if err := yaml.Unmarshal(text, &parameters); err != nil {
		return nil, err
	}
	folder, err := filepath.Rel(repository, filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	parameters["path"] = map[string]any{
		"path": folder, "basename": filepath.Base(folder), "filename": filepath.Base(file), "segments": strings.Split(folder, "/"),
	}
	return parameters, nil
}

// Each string is a template of its own.
func fill(value any, parameters map[string]any, options []string) (any, error) {
	switch value := value.(type) {
	case string:
		parsed, err := template.New("").Option(options...).Parse(value)
		if err != nil {
			return nil, err
		}
		var filled bytes.Buffer
		err = parsed.Execute(&filled, parameters)
		return filled.String(), err
	case []any:
		list := make([]any, len(value))
		for n, each := range value {
			var err error
			if list[n], err = fill(each, parameters, options); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		fields := map[string]any{}
		for key, each := range value {
			var err error
			if fields[key], err = fill(each, parameters, options); err != nil {
				return nil, err
			}
		}
		return fields, nil
	}
	return value, nil
}
