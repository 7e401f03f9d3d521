package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Health checks by GROUP/KIND, as they lie in the folder.
type customizations map[string]string

func readCustomizations(folder string) (customizations, error) {
	found := customizations{}
	files, err := filepath.Glob(filepath.Join(folder, "*", "*", "health.lua"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		kind := filepath.Dir(file)
		found[filepath.Base(filepath.Dir(kind))+"/"+filepath.Base(kind)] = string(text)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no health check in %s", folder)
	}
	return found, nil
}

func (c customizations) GetResourceHealth(object *unstructured.Unstructured) (*health.HealthStatus, error) {
	kind := object.GroupVersionKind()
	script, ok := c[kind.Group+"/"+kind.Kind]
	if !ok {
		return nil, nil
	}
	result, err := runScript(script, object.Object, nil)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	var said health.HealthStatus
	if err := json.Unmarshal(encoded, &said); err != nil {
		return nil, err
	}
	switch said.Status {
	case health.HealthStatusHealthy, health.HealthStatusProgressing, health.HealthStatusDegraded,
		health.HealthStatusSuspended, health.HealthStatusMissing, health.HealthStatusUnknown:
		return &said, nil
	}
	return nil, errors.New("Lua returned an invalid health status")
}
