package main

import (
	"fmt"
	"time"

	"github.com/argoproj/gitops-engine/pkg/sync"
	"github.com/argoproj/gitops-engine/pkg/sync/common"
	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const pause = 300 * time.Millisecond

type operation struct {
	phase   common.OperationPhase
	message string
	results []common.ResourceSyncResult
	started metav1.Time
	waves   []int
}

// Like the controller, each step rests on what is live at that moment, and on what the operation said before.
func (a *application) sync(timeout time.Duration) (*report, error) {
	going := &operation{phase: common.OperationRunning, started: metav1.Now()}
	for deadline := time.Now().Add(timeout); ; time.Sleep(pause) {
		if err := a.step(going); err != nil {
			return nil, err
		}
		if going.phase.Completed() || time.Now().After(deadline) {
			break
		}
	}
	// The cache hears of the last changes only now.
	time.Sleep(pause)
	said, err := a.compare()
	if err != nil {
		return nil, err
	}
	said.Phase, said.Message, said.Waves = going.phase, going.message, going.waves
	for _, result := range going.results {
		key := result.ResourceKey
		said.Results = append(said.Results, resultReport{
			key.Kind, key.Namespace, key.Name, result.Status, result.HookPhase, result.Message,
		})
	}
	return said, nil
}

func (a *application) step(going *operation) error {
	pairs, err := a.reconcile()
	if err != nil {
		return err
	}
	// Argo CD's defaults (controller/sync.go), but for the two seconds that it waits after each wave.
	foreground := metav1.DeletePropagationForeground
	context, cleanup, err := sync.NewSyncContext("", pairs, a.config, a.config, a.kubectl, a.namespace,
		a.cluster.GetOpenAPISchema(),
		sync.WithLogr(logr.Discard()),
		sync.WithHealthOverride(a.health),
		sync.WithPermissionValidator(a.isPermitted),
		sync.WithOperationSettings(false, a.prune, false, false),
		sync.WithInitialState(going.phase, going.message, going.results, going.started),
		sync.WithManifestValidation(true),
		sync.WithPrunePropagationPolicy(&foreground),
		sync.WithPruneConfirmed(a.pruneConfirmed),
		sync.WithServerSideApply(a.serverSideApply),
		sync.WithServerSideApplyManager(manager),
		sync.WithClientSideApplyMigration(true, common.DefaultClientSideApplyMigrationManager),
		sync.WithSyncWaveHook(func(_ common.SyncPhase, wave int, _ bool) error {
			going.waves = append(going.waves, wave)
			return nil
		}),
	)
	if err != nil {
		return err
	}
	defer cleanup()
	context.Sync()
	going.phase, going.message, going.results = context.GetState()
	return nil
}

func (a *application) isPermitted(object *unstructured.Unstructured, resource *metav1.APIResource) error {
	if a.project == nil {
		return nil
	}
	if err := a.project.permits(object.GroupVersionKind().GroupKind(), resource.Namespaced); err != nil {
		return fmt.Errorf("%s: %w", object.GetName(), err)
	}
	return nil
}
