package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/argoproj/gitops-engine/pkg/cache"
	"github.com/argoproj/gitops-engine/pkg/sync"
	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/gitops-engine/pkg/utils/tracing"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	trackingID    = "argocd.argoproj.io/tracking-id"
	trackingLabel = "app.kubernetes.io/instance"
	// Who Argo CD is in managedFields.
	manager = "argocd-controller"
)

type application struct {
	name, namespace, tracking       string
	serverSideApply, serverSideDiff bool
	prune, pruneConfirmed           bool

	targets []*unstructured.Unstructured
	health  customizations
	project *project

	config  *rest.Config
	kubectl *kube.KubectlCmd
	cluster cache.ClusterCache
}

// What Argo CD keeps of each live object.
type resourceInfo struct {
	application string
}

func (a *application) load(manifests, scripts, projectFile string) error {
	err := filepath.WalkDir(manifests, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		found, err := kube.SplitYAML(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		a.targets = append(a.targets, found...)
		return nil
	})
	if err != nil {
		return err
	}
	if projectFile != "" {
		if a.project, err = readProject(projectFile); err != nil {
			return err
		}
	}
	a.health, err = readCustomizations(scripts)
	return err
}

func (a *application) connect(kubeconfig string) error {
	var err error
	if a.config, err = clientcmd.BuildConfigFromFlags("", kubeconfig); err != nil {
		return err
	}
	// As Argo CD's K8S_CLIENT_QPS: what client-go allows by itself would make each look take seconds.
	a.config.QPS, a.config.Burst = 50, 100
	a.kubectl = &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}
	a.cluster = cache.NewClusterCache(a.config,
		cache.SetKubectl(a.kubectl),
		cache.SetLogr(logr.Discard()),
		cache.SetPopulateResourceInfoHandler(func(object *unstructured.Unstructured, isRoot bool) (any, bool) {
			info := &resourceInfo{}
			if isRoot {
				info.application = a.trackedBy(object)
			}
			return info, info.application != ""
		}),
	)
	if err := a.cluster.EnsureSynced(); err != nil {
		return err
	}
	for _, target := range a.targets {
		if err := a.track(target); err != nil {
			return err
		}
	}
	return nil
}

func (a *application) track(target *unstructured.Unstructured) error {
	kind := target.GroupVersionKind()
	namespaced, err := a.cluster.IsNamespaced(kind.GroupKind())
	if err != nil {
		return err
	}
	if !namespaced {
		target.SetNamespace("")
	} else if target.GetNamespace() == "" {
		target.SetNamespace(a.namespace)
	}
	if a.tracking == "label" {
		labels := target.GetLabels()
		if labels == nil {
			labels = map[string]string{}
		}
		labels[trackingLabel] = a.name
		target.SetLabels(labels)
		return nil
	}
	annotations := target.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	where := target.GetNamespace()
	if where == "" {
		where = a.namespace
	}
	annotations[trackingID] = fmt.Sprintf("%s:%s/%s:%s/%s", a.name, kind.Group, kind.Kind, where, target.GetName())
	target.SetAnnotations(annotations)
	return nil
}

func (a *application) trackedBy(object *unstructured.Unstructured) string {
	if a.tracking == "label" {
		return object.GetLabels()[trackingLabel]
	}
	name, _, _ := strings.Cut(object.GetAnnotations()[trackingID], ":")
	return name
}

// Each target beside what is live of it, and live ones that have no target any more.
func (a *application) reconcile() (sync.ReconciliationResult, error) {
	targets := make([]*unstructured.Unstructured, 0, len(a.targets))
	for _, target := range a.targets {
		targets = append(targets, target.DeepCopy())
	}
	live, err := a.cluster.GetManagedLiveObjs(targets, func(r *cache.Resource) bool {
		return r.Info.(*resourceInfo).application == a.name
	})
	if err != nil {
		return sync.ReconciliationResult{}, err
	}
	return sync.Reconcile(targets, live, a.namespace, a.cluster), nil
}
