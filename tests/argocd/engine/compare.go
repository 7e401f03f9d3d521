package main

import (
	"encoding/json"
	"sort"

	"github.com/argoproj/gitops-engine/pkg/cache"
	"github.com/argoproj/gitops-engine/pkg/diff"
	"github.com/argoproj/gitops-engine/pkg/health"
	"github.com/argoproj/gitops-engine/pkg/sync/common"
	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/gitops-engine/pkg/utils/tracing"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type report struct {
	Phase   common.OperationPhase `json:"phase,omitempty"`
	Message string                `json:"message,omitempty"`
	Waves   []int                 `json:"waves,omitempty"`
	Results []resultReport        `json:"results,omitempty"`
	Objects []objectReport        `json:"objects"`
	// What belongs to the objects by owner references, as Argo CD's tree shows it.
	Children []childReport `json:"children"`
}

type resultReport struct {
	Kind      string                `json:"kind"`
	Namespace string                `json:"namespace"`
	Name      string                `json:"name"`
	Status    common.ResultCode     `json:"status"`
	Phase     common.OperationPhase `json:"phase"`
	Message   string                `json:"message"`
}

type objectReport struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Synced, OutOfSync, Missing, or Extra where prune would remove it.
	Sync   string               `json:"sync"`
	Health *health.HealthStatus `json:"health,omitempty"`
	// Where it is OutOfSync: as it is, and as it would be.
	Live      json.RawMessage `json:"live,omitempty"`
	Predicted json.RawMessage `json:"predicted,omitempty"`
}

type childReport struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

func (a *application) compare() (*report, error) {
	pairs, err := a.reconcile()
	if err != nil {
		return nil, err
	}
	options, cleanup, err := a.diffOptions()
	if err != nil {
		return nil, err
	}
	defer cleanup()
	differences, err := diff.DiffArray(pairs.Target, pairs.Live, options...)
	if err != nil {
		return nil, err
	}
	said := &report{Objects: []objectReport{}}
	for n, difference := range differences.Diffs {
		object, err := a.judge(pairs.Target[n], pairs.Live[n], difference)
		if err != nil {
			return nil, err
		}
		said.Objects = append(said.Objects, object)
	}
	said.Children = a.children(pairs.Live)
	return said, nil
}

func (a *application) judge(target, live *unstructured.Unstructured, difference diff.DiffResult) (objectReport, error) {
	known := target
	if known == nil {
		known = live
	}
	said := objectReport{Kind: known.GetKind(), Namespace: known.GetNamespace(), Name: known.GetName()}
	switch {
	case live == nil:
		said.Sync = "Missing"
		return said, nil
	case target == nil:
		said.Sync = "Extra"
	case difference.Modified:
		said.Sync = "OutOfSync"
		said.Live, said.Predicted = difference.NormalizedLive, difference.PredictedLive
	default:
		said.Sync = "Synced"
	}
	var err error
	said.Health, err = health.GetResourceHealth(live, a.health)
	return said, err
}

// As the controller's comparison has them (controller/state.go).
func (a *application) diffOptions() ([]diff.Option, func(), error) {
	options := []diff.Option{
		diff.WithLogr(logr.Discard()),
		diff.WithGVKParser(a.cluster.GetGVKParser()),
		diff.WithManager(manager),
		diff.WithStructuredMergeDiff(a.serverSideApply),
	}
	if !a.serverSideDiff {
		return options, func() {}, nil
	}
	applier, cleanup, err := kube.ManageServerSideDiffDryRuns(
		a.config, a.cluster.GetOpenAPISchema(), tracing.NopTracer{}, logr.Discard(), nil)
	if err != nil {
		return nil, nil, err
	}
	runner := diff.NewK8sServerSideDryRunner(applier)
	return append(options, diff.WithServerSideDiff(true), diff.WithServerSideDryRunner(runner)), cleanup, nil
}

func (a *application) children(roots []*unstructured.Unstructured) []childReport {
	keys, known := []kube.ResourceKey{}, map[kube.ResourceKey]bool{}
	for _, root := range roots {
		if root != nil {
			key := kube.GetResourceKey(root)
			keys, known[key] = append(keys, key), true
		}
	}
	children := []childReport{}
	a.cluster.IterateHierarchyV2(keys, func(r *cache.Resource, _ map[kube.ResourceKey]*cache.Resource) bool {
		if !known[r.ResourceKey()] {
			known[r.ResourceKey()] = true
			children = append(children, childReport{r.Ref.Kind, r.Ref.Namespace, r.Ref.Name})
		}
		return true
	})
	sort.Slice(children, func(i, j int) bool {
		one, other := children[i], children[j]
		return one.Kind+"/"+one.Namespace+"/"+one.Name < other.Kind+"/"+other.Namespace+"/"+other.Name
	})
	return children
}
