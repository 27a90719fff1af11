// SPDX-License-Identifier: GPL-2.0-only
/*
 * The work whose cost tools/tlb counts: each operation a fixed number of times on all harts
 * at once, after a warm-up. It measures nothing itself; it tells QEMU's plugin where an
 * operation begins and ends, with instructions that do nothing on a hart. What comes in
 * between is the same whatever the first chunk is.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "bench.h"
#include "kselftest.h"
#include "percpu_test.h"

#define WARM_UP		4	/* one time for each so many of the measured ones */

/*
 * SLTI to x0 is a HINT for custom use (RISC-V unprivileged specification, chapter "RV32I",
 * "HINT Instructions"): tools/tlb knows these two numbers, and takes from the register which
 * operation begins, or how many of it were done.
 */
static void mark_begin(unsigned long number)
{
	asm volatile("slti x0, %0, 0x501" :: "r"(number) : "memory");
}

static void mark_end(unsigned long times)
{
	asm volatile("slti x0, %0, 0x502" :: "r"(times) : "memory");
}

/* What the processes on all harts share */
struct shared {
	pthread_barrier_t barrier;
	int errors[CPU_SETSIZE];
};

static struct shared *shared;
static cpu_set_t cpus;

static void share(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
}

static void make_barrier(void)
{
	pthread_barrierattr_t attributes;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->barrier, &attributes, CPU_COUNT(&cpus));
}

static void meet(void)
{
	pthread_barrier_wait(&shared->barrier);
}

static int warm_up(const struct operation *operation, int cpu)
{
	int err = run_on_cpu(cpu);

	if (!err && operation->prepare)
		err = operation->prepare();
	return err ? err : operation->run(operation->times / WARM_UP);
}

/* One that fails meets the others all the same, so that they do not wait for it for ever. */
static int work(const struct operation *operation, int cpu, bool first)
{
	int err = warm_up(operation, cpu);

	meet();
	if (first)
		mark_begin(operation - operations + 1);
	meet();
	if (!err)
		err = operation->run(operation->times);
	meet();
	if (first)
		mark_end(operation->times * CPU_COUNT(&cpus));
	return err;
}

static void start_workers(const struct operation *operation)
{
	int cpu, first = next_cpu(-1, &cpus);
	pid_t pid;

	for (cpu = first; cpu >= 0; cpu = next_cpu(cpu, &cpus)) {
		pid = fork();
		if (pid < 0)
			ksft_exit_fail_msg("fork: %s\n", strerror(errno));
		if (pid)
			continue;
		shared->errors[cpu] = work(operation, cpu, cpu == first);
		_exit(0);
	}
}

/* Returns the error of a CPU, and which one. */
static int find_error(int *cpu)
{
	for (*cpu = next_cpu(-1, &cpus); *cpu >= 0; *cpu = next_cpu(*cpu, &cpus))
		if (shared->errors[*cpu])
			return shared->errors[*cpu];
	return 0;
}

static void run_operation(const struct operation *operation)
{
	int err, cpu;

	memset(shared->errors, 0, sizeof(shared->errors));
	make_barrier();
	start_workers(operation);
	while (wait(NULL) > 0)
		;
	err = find_error(&cpu);
	if (err)
		ksft_test_result_fail("%s: CPU %d: %s\n", operation->name, cpu, strerror(-err));
	else
		ksft_test_result_pass("%s, %u times on each of %d CPUs\n", operation->name,
				      operation->times, CPU_COUNT(&cpus));
}

static void state_names(void)
{
	char names[VALUE_SIZE] = "";
	size_t i, used = 0;

	for (i = 0; i < nr_operations; i++)
		used += snprintf(names + used, sizeof(names) - used, " %zu:%s", i + 1,
				 operations[i].name);
	ksft_print_msg("fact operations%s\n", names);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 1 && !strcmp(argv[1], BENCH_EXIT))
		return 0;
	begin_test();
	need_cpulist(CPU_DIR "/online", &cpus);
	share();
	mark_begin(0);
	ksft_set_plan(nr_operations);
	state_names();
	for (i = 0; i < nr_operations; i++)
		run_operation(&operations[i]);
	ksft_finished();
}
