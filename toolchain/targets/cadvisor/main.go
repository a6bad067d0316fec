// cAdvisor's libraries behind the flags, the metrics and the health page of its own command, which
// isn't in a Go module that can be had: what we run of it and no more. No web page, no other runtimes.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	_ "github.com/google/cadvisor/container/docker/install"
	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	_ "github.com/google/cadvisor/lib/fs/overlay/install"
	_ "github.com/google/cadvisor/lib/fs/vfs/install"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	"github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/google/cadvisor/lib/version"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

// Names, meanings and defaults of the flags are upstream's.
var (
	listenIP        = flag.String("listen_ip", "", "address to listen on, all if empty")
	port            = flag.Int("port", 8080, "port to listen on")
	endpoint        = flag.String("prometheus_endpoint", "/metrics", "path of the metrics")
	storageDuration = flag.Duration("storage_duration", 2*time.Minute, "how long samples are kept")
	allLabels       = flag.Bool("store_container_labels", true, "every label of a container becomes one of its metrics")
	someLabels      = flag.String("whitelisted_container_labels", "", "the labels that do, without store_container_labels")
	someVariables   = flag.String("env_metadata_whitelist", "", "variables of containers that become labels")
	cgroupPrefixes  = flag.String("raw_cgroup_prefix_whitelist", "", "cgroups that count even with docker_only")
	showVersion     = flag.Bool("version", false, "say the version and stop")

	enabled  = container.MetricSet{}
	disabled = kinds(
		container.MemoryNumaMetrics, container.NetworkTcpUsageMetrics, container.NetworkUdpUsageMetrics,
		container.NetworkAdvancedTcpUsageMetrics, container.ProcessSchedulerMetrics, container.ProcessMetrics,
		container.HugetlbUsageMetrics, container.ReferencedMemoryMetrics, container.CPUTopologyMetrics,
		container.ResctrlMetrics, container.CPUSetMetrics,
	)
)

func kinds(listed ...container.MetricKind) container.MetricSet {
	set := container.MetricSet{}
	for _, kind := range listed {
		set[kind] = struct{}{}
	}
	return set
}

func main() {
	flag.Var(&disabled, "disable_metrics", "kinds of metrics to leave out")
	flag.Var(&enabled, "enable_metrics", "the only kinds of metrics, over disable_metrics")
	klog.InitFlags(nil)
	flag.Parse()
	if *showVersion {
		fmt.Printf("cAdvisor version %s\n", version.Version)
		return
	}
	if err := serve(); err != nil {
		klog.ErrorS(err, "cAdvisor can't go on")
		klog.Flush()
		os.Exit(1)
	}
}

func serve() error {
	included := container.AllMetrics.Difference(disabled)
	if len(enabled) > 0 {
		included = enabled
	}
	watch, err := manager.New(
		memory.New(*storageDuration, nil), sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, included,
		strings.Split(*cgroupPrefixes, ","), strings.Split(*someVariables, ","), "", 0,
	)
	if err != nil {
		return fmt.Errorf("setting up: %w", err)
	}
	if err := watch.Start(); err != nil {
		return fmt.Errorf("starting to watch: %w", err)
	}
	http.Handle(*endpoint, promhttp.HandlerFor(registry(watch, included), promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError,
	}))
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	return http.ListenAndServe(fmt.Sprintf("%s:%d", *listenIP, *port), nil)
}

func registry(watch manager.Manager, included container.MetricSet) *prometheus.Registry {
	labels := metrics.DefaultContainerLabels
	if !*allLabels {
		labels = metrics.BaseContainerLabels(strings.Split(*someLabels, ","))
	}
	newest := model.RequestOptions{IdType: model.TypeName, Count: 1, Recursive: true}
	all := prometheus.NewRegistry()
	all.MustRegister(
		metrics.NewPrometheusCollector(watch, labels, included, clock.RealClock{}, newest),
		metrics.NewPrometheusMachineCollector(watch, included),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return all
}
