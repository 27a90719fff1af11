// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel keeps for each CPU and shows to user space belongs to that CPU and
 * to no other:
 * - per-CPU maps of BPF, arrays and hashes: what is written for a CPU is read back
 *   from it, while many maps hold other values for it;
 * - counters of perf: those of a CPU grow while a thread works on it, and its ring
 *   buffer fills with samples that name it;
 * - buffers of the tracer: what a CPU writes to trace_marker is in its own trace.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "kselftest.h"
#include "percpu_map.h"
#include "percpu_test.h"
#include "perf_counter.h"
#include "tracer.h"

#define MAPS		32
#define KEYS		16
#define ROUNDS		2000	/* of work, until there must be something to see */
#define MARKER_START	"percpu test "
#define MARKER		MARKER_START "%d cpu%d."

static cpu_set_t online;
static int nr_possible;

static bool fails(int cpu, const char *what, int err)
{
	ksft_print_msg("cpu%d: %s: %s\n", cpu, what, strerror(err));
	return false;
}

static uint64_t value_of(int map, uint32_t key, int cpu)
{
	return (uint64_t)(map + 1) << 48 | (uint64_t)(key + 1) << 32 | (cpu + 1);
}

static int fill_map(int map, int number)
{
	static uint64_t values[CPU_SETSIZE];
	uint32_t key;
	int cpu, err = 0;

	for (key = 0; key < KEYS && !err; key++) {
		for (cpu = 0; cpu < nr_possible; cpu++)
			values[cpu] = value_of(number, key, cpu);
		err = percpu_map_update(map, key, values);
	}
	return err;
}

static bool has_values(int map, int number)
{
	static uint64_t values[CPU_SETSIZE];
	uint32_t key;
	int cpu, err;

	for (key = 0; key < KEYS; key++) {
		err = percpu_map_lookup(map, key, values);
		if (err)
			return fails(number, "lookup in this map", -err);
		for (cpu = 0; cpu < nr_possible; cpu++)
			if (values[cpu] != value_of(number, key, cpu)) {
				ksft_print_msg("map %d, key %u, CPU number %d: %#llx\n", number,
					       key, cpu, (unsigned long long)values[cpu]);
				return false;
			}
	}
	return true;
}

static void test_maps(enum bpf_map_type type, const char *name)
{
	int maps[MAPS], count, err = 0;
	bool ok = true;

	if (!percpu_map_supported()) {
		ksft_test_result_skip("per-CPU %s (BPF_SYSCALL)\n", name);
		return;
	}
	for (count = 0; count < MAPS && !err; count++) {
		maps[count] = percpu_map_create(type, sizeof(uint64_t), KEYS);
		err = maps[count] < 0 ? maps[count] : fill_map(maps[count], count);
	}
	if (err)
		ksft_print_msg("map %d: %s\n", count - 1, strerror(-err));
	for (count = 0; count < MAPS && !err; count++) {
		ok &= has_values(maps[count], count);
		close(maps[count]);
	}
	ksft_test_result(ok && !err, "per-CPU %s\n", name);
}

static uint64_t read_counter(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static void work_and_sleep(void)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int work;

	for (work = 0; work < 100000; work++)
		asm volatile("" : : : "memory");
	nanosleep(&nap, NULL);
}

static bool grows(int fd)
{
	uint64_t before = read_counter(fd);
	int round;

	for (round = 0; round < ROUNDS && read_counter(fd) == before; round++)
		work_and_sleep();
	return read_counter(fd) > before;
}

static bool counter_grows(int cpu, uint64_t config)
{
	int fd = perf_counter_open(cpu, config, 0);
	bool ok;

	if (fd < 0)
		return fails(cpu, "perf_event_open", -fd);
	ok = grows(fd);
	close(fd);
	if (!ok)
		ksft_print_msg("cpu%d: the counter does not grow\n", cpu);
	return ok;
}

static void test_counter(uint64_t config, const char *name)
{
	bool ok = true;
	int cpu, err;

	if (!perf_supported()) {
		ksft_test_result_skip("perf counts %s (PERF_EVENTS)\n", name);
		return;
	}
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online)) {
		err = run_on_cpu(cpu);
		ok &= err ? fails(cpu, "sched_setaffinity", -err) : counter_grows(cpu, config);
	}
	ksft_test_result(ok, "perf counts %s\n", name);
}

static bool ring_fills(struct perf_samples *samples, int cpu)
{
	int count = 0, round;

	for (round = 0; round < ROUNDS && !count; round++) {
		work_and_sleep();
		count = perf_samples_count(samples);
	}
	if (count < 0)
		ksft_print_msg("cpu%d: a sample of cpu%d\n", cpu, -1 - count);
	else if (!count)
		ksft_print_msg("cpu%d: no sample\n", cpu);
	return count > 0;
}

static bool samples_arrive(int cpu)
{
	int err = run_on_cpu(cpu);
	struct perf_samples samples;
	bool ok;

	if (err)
		return fails(cpu, "sched_setaffinity", -err);
	err = perf_samples_begin(&samples, cpu);
	if (err)
		return fails(cpu, "perf samples", -err);
	ok = ring_fills(&samples, cpu);
	perf_samples_end(&samples);
	return ok;
}

static void test_rings(void)
{
	bool ok = true;
	int cpu;

	if (!perf_supported()) {
		ksft_test_result_skip("perf samples (PERF_EVENTS)\n");
		return;
	}
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		ok &= samples_arrive(cpu);
	ksft_test_result(ok, "perf samples\n");
}

static int write_marker(int cpu)
{
	char text[48];
	int fd, length, err;

	err = run_on_cpu(cpu);
	if (err)
		return err;
	fd = open(TRACEFS "/trace_marker", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = snprintf(text, sizeof(text), MARKER, getpid(), cpu);
	if (write(fd, text, length) != length)
		err = -errno;
	close(fd);
	return err;
}

/* Returns how many markers are in the trace of a CPU, or -1 if one is of another CPU. */
static int count_markers(int cpu)
{
	char path[64], line[512], *marker;
	int count = 0, pid, writer;
	FILE *trace;

	snprintf(path, sizeof(path), TRACEFS "/per_cpu/cpu%d/trace", cpu);
	trace = fopen(path, "r");
	if (!trace)
		return 0;
	while (count >= 0 && fgets(line, sizeof(line), trace)) {
		marker = strstr(line, MARKER_START);
		if (marker && sscanf(marker, MARKER, &pid, &writer) == 2 && pid == getpid())
			count = writer == cpu ? count + 1 : -1;
	}
	fclose(trace);
	return count;
}

/* Returns how many events of a CPU were overwritten, or found no room. */
static unsigned long long count_lost(int cpu)
{
	return tracer_stat(TRACEFS, cpu, "overrun") + tracer_stat(TRACEFS, cpu, "commit overrun") +
		tracer_stat(TRACEFS, cpu, "dropped events");
}

static void test_trace(void)
{
	static unsigned long long lost[CPU_SETSIZE];
	bool ok = true, kept = true;
	int cpu, count, err;
	char value[8];

	if (mount_for_test("tracefs", TRACEFS, TRACEFS "/trace_marker")) {
		ksft_test_result_skip("trace of each CPU (TRACING)\n");
		return;
	}
	if (read_value(TRACEFS "/tracing_on", value, sizeof(value)) || strcmp(value, "1")) {
		ksft_test_result_skip("trace of each CPU: tracing is off\n");
		return;
	}
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online)) {
		lost[cpu] = count_lost(cpu);
		err = write_marker(cpu);
		ok &= !err || fails(cpu, "trace_marker", -err);
	}
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online)) {
		count = count_markers(cpu);
		if (!count && count_lost(cpu) != lost[cpu]) {
			kept = false;
			continue;
		}
		if (count != 1)
			ksft_print_msg("cpu%d: %s\n", cpu, count ? "other markers than its own" :
				       "no marker");
		ok &= count == 1;
	}
	if (ok && !kept)
		ksft_test_result_skip("trace of each CPU: other events took a marker's place\n");
	else
		ksft_test_result(ok, "trace of each CPU\n");
}

int main(void)
{
	cpu_set_t possible;

	begin_test();
	need_cpulist(CPU_DIR "/online", &online);
	need_cpulist(CPU_DIR "/possible", &possible);
	nr_possible = CPU_COUNT(&possible);

	ksft_set_plan(6);
	test_maps(BPF_MAP_TYPE_PERCPU_ARRAY, "array");
	test_maps(BPF_MAP_TYPE_PERCPU_HASH, "hash");
	test_counter(PERF_COUNT_SW_CPU_CLOCK, "the clock");
	test_counter(PERF_COUNT_SW_CONTEXT_SWITCHES, "context switches");
	test_rings();
	test_trace();
	ksft_finished();
}
