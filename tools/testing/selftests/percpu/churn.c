// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs go offline and come online while per-CPU memory is in use.
 *
 * - Owners take CPUs of their own offline and online, one at a time, and then work on
 *   them. No other process switches these, so the list of online CPUs must agree after
 *   each write: only these are counted as transitions.
 * - Contenders write to the file of one more CPU, all at once. Which write switched it is
 *   not known, so none of them is counted.
 * - Hoppers move from CPU to CPU, whatever is online, and make the kernel allocate
 *   there.
 * - Another process lets users of per-CPU memory take and free it, over and over.
 * - A sampler has perf take samples of one CPU after the other, and some of these go
 *   offline meanwhile.
 * - A tracer of events is switched on and off, and what a CPU has recorded must stay while
 *   that is offline.
 * - Each function that is called records itself, if the kernel can, from early in the start of
 *   a CPU until it stops.
 *
 * set_online_patiently() retries when the kernel is busy.
 *
 * All of them are processes, and only hoppers leave the home CPU, which stays online.
 * The kernel removes a CPU from mm_cpumask() only when it is dead. So a process that has
 * run there and unmaps memory may ask the firmware for a remote fence of a hart that is
 * about to stop, and OpenSBI (1.6) then waits for it forever. That would end each long
 * run. Hoppers unmap nothing before they exit, and they exit when no CPU is switched any
 * more.
 *
 * percpu.transitions=<n> on the kernel's command line says how many transitions there must
 * be; without it there are some, in a short time.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "keep_online.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "perf_counter.h"
#include "pinned_run.h"
#include "tracer.h"
#include "users.h"

#define MAX_OWNERS		4
#define CONTENDERS		2
#define HOPPERS			2
#define WORK_EVERY		4
#define SOME_TRANSITIONS	40
#define SOME_MS			2500
#define MOST_MS			30000
#define PROGRESS_MS		3000

/* Only one write to an "online" file is served at a time: leave some to the owners */
#define CONTEND_US		50000
#define HOP_US			2000
#define USERS_US		20000
#define SAMPLE_US		50000
#define TRACE_US		500000

/**
 * struct worker - a process
 * @pid: the process
 * @cpus: the CPUs it takes offline and online, or hops on
 * @done: how often it did that
 * @busy: how often the kernel answered EBUSY
 * @why: why it failed, empty if it did not
 */
struct worker {
	pid_t pid;
	cpu_set_t cpus;
	unsigned int done;
	unsigned int busy;
	char why[160];
};

/**
 * struct shared - what the processes share
 * @owners: each of them with its CPUs
 * @contenders: all with the same CPU
 * @hoppers: with all CPUs
 * @users: the process with users of per-CPU memory
 * @sampler: the process that has perf take samples
 * @event_tracer: the process that traces events
 * @function_tracer: the process that has functions traced
 * @hops: how often a hopper has come to each CPU
 * @transitions: how many there were
 * @stopping: all but the hoppers end
 * @quiet: no CPU is switched any more, so the hoppers end too
 */
struct shared {
	struct worker owners[MAX_OWNERS];
	struct worker contenders[CONTENDERS];
	struct worker hoppers[HOPPERS];
	struct worker users;
	struct worker sampler;
	struct worker event_tracer;
	struct worker function_tracer;
	atomic_uint hops[CPU_SETSIZE];
	atomic_uint transitions;
	atomic_bool stopping;
	atomic_bool quiet;
};

static struct shared *shared;
static int nr_owners, nr_contenders;
static int nodes[CPU_SETSIZE];
static int home;
static unsigned int wanted;
static long budget_ms;	/* 0 for as long as it takes */
static struct percpu_level level;
static struct timespec start;

static bool fails(struct worker *worker, int cpu, const char *what, const char *why)
{
	snprintf(worker->why, sizeof(worker->why), "cpu%d: %s: %s", cpu, what, why);
	shared->stopping = true;
	return false;
}

static bool make_transition(struct worker *worker, int cpu, bool online)
{
	const char *what = online ? "online" : "offline";
	int err;

	err = set_online_patiently(cpu, online, &worker->busy);
	if (err)
		return fails(worker, cpu, what, strerror(-err));
	if (is_online(cpu) != online)
		return fails(worker, cpu, what, "the list of online CPUs does not say so");
	shared->transitions++;
	return true;
}

static bool work(struct worker *worker, int cpu)
{
	struct pinned_run run;
	const char *why = pinned_work(&run, cpu, nodes[cpu]);

	return why ? fails(worker, cpu, "work", why) : true;
}

static void own(struct worker *worker)
{
	int cpu = -1;

	while (!shared->stopping && shared->transitions < wanted) {
		cpu = next_cpu(cpu, &worker->cpus);
		if (cpu < 0)
			continue;
		if (!make_transition(worker, cpu, false) || !make_transition(worker, cpu, true))
			break;
		if (worker->done++ % WORK_EVERY == 0 && !work(worker, cpu))
			break;
	}
}

static void contend(struct worker *worker)
{
	int cpu = next_cpu(-1, &worker->cpus), err = 0;

	for (; !shared->stopping && !err; worker->done++) {
		err = set_online_patiently(cpu, worker->done % 2, &worker->busy);
		usleep(CONTEND_US);
	}
	if (!err)
		err = set_online_patiently(cpu, true, &worker->busy);
	if (err)
		fails(worker, cpu, "contend", strerror(-err));
}

/* Makes the kernel allocate a pipe and its pages, and an inode of proc. */
static bool allocate(struct worker *worker, int cpu)
{
	char data[4096], back[sizeof(data)];
	int ends[2];
	bool ok;

	if (pipe(ends))
		return fails(worker, cpu, "pipe", strerror(errno));
	memset(data, cpu + worker->done, sizeof(data));
	ok = write(ends[1], data, sizeof(data)) == sizeof(data) &&
		read(ends[0], back, sizeof(back)) == sizeof(back) &&
		!memcmp(data, back, sizeof(data));
	close(ends[0]);
	close(ends[1]);
	if (!ok)
		return fails(worker, cpu, "pipe", "what was written does not come out");
	return !read_value("/proc/self/stat", data, sizeof(data)) ||
		fails(worker, cpu, "/proc/self/stat", "cannot be read");
}

/* EINVAL is a CPU that is offline just now. */
static bool hop_to(struct worker *worker, int cpu)
{
	int err = run_on_cpu(cpu);

	if (err)
		return err == -EINVAL || fails(worker, cpu, "hop", strerror(-err));
	shared->hops[cpu]++;
	worker->done++;
	return allocate(worker, cpu);
}

static void hop(struct worker *worker)
{
	int cpu = -1;

	while (!shared->quiet) {
		cpu = next_cpu(cpu, &worker->cpus);
		if (cpu >= 0 && !hop_to(worker, cpu))
			break;
		usleep(HOP_US);
	}
}

static void take_and_free(struct worker *worker)
{
	struct users users;
	int err;

	while (!shared->stopping) {
		err = users_start(&users, level.goal_kb);
		if (!err) {
			err = users_wait(&users);
			users_stop(&users);
		}
		if (err < 0) {
			fails(worker, home, "users", strerror(-err));
			break;
		}
		worker->done++;
		usleep(USERS_US);
	}
}

/* ENODEV is a CPU that is offline just now. */
static bool take_samples_of(struct worker *worker, int cpu)
{
	struct perf_samples samples;
	int count, err;

	err = perf_samples_begin(&samples, cpu);
	if (err)
		return err == -ENODEV || fails(worker, cpu, "perf", strerror(-err));
	usleep(SAMPLE_US);
	count = perf_samples_count(&samples);
	perf_samples_end(&samples);
	worker->done += count > 0;
	return count >= 0 || fails(worker, cpu, "perf", "a sample of another CPU");
}

/* First of home, which always has samples. */
static void take_samples(struct worker *worker)
{
	int cpu = home;

	do {
		if (cpu >= 0 && !take_samples_of(worker, cpu))
			break;
		cpu = next_cpu(cpu, &worker->cpus);
	} while (!shared->stopping);
}

/**
 * struct traced - what a tracer knows of a CPU
 * @hops: how many hops there ended while it was on
 * @recorded: how many records there were when it was off last
 */
struct traced {
	unsigned int hops;
	unsigned long long recorded;
};

/* Each hopper may have come before the tracer was on, and have ended its hop after it. */
static bool check_records(struct worker *worker, const struct tracer *tracer, int cpu,
			  struct traced *traced)
{
	unsigned long long recorded = tracer_recorded(tracer, cpu);
	int idle = tracer_idle_records(tracer, cpu);

	if (idle < 0)
		return fails(worker, cpu, "trace", "a record of another CPU");
	if (recorded < traced->recorded)
		return fails(worker, cpu, "trace", "records are lost");
	if (recorded == traced->recorded && traced->hops > HOPPERS)
		return fails(worker, cpu, "trace", "it ran and recorded nothing");
	traced->recorded = recorded;
	worker->done += idle > 0;
	return true;
}

static int trace_for_a_while(const struct tracer *tracer, struct traced *traced)
{
	int cpu, err = tracer_switch(tracer, true);

	if (err)
		return err;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		traced[cpu].hops = shared->hops[cpu];
	usleep(TRACE_US);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		traced[cpu].hops = shared->hops[cpu] - traced[cpu].hops;
	return tracer_switch(tracer, false);
}

static bool trace_once(struct worker *worker, const struct tracer *tracer, struct traced *traced)
{
	int cpu = -1, err = trace_for_a_while(tracer, traced);

	if (err)
		return fails(worker, home, "tracer", strerror(-err));
	while ((cpu = next_cpu(cpu, &worker->cpus)) >= 0)
		if (!check_records(worker, tracer, cpu, &traced[cpu]))
			return false;
	return true;
}

static void stop(int number)
{
	(void)number;
	shared->stopping = true;
}

/* Where the test is killed no instance is left, which would slow the system down. */
static bool begin_tracing(struct worker *worker, struct tracer *tracer, const char *type)
{
	int err;

	signal(SIGTERM, stop);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	err = tracer_begin(tracer, type);
	return !err || fails(worker, home, "tracer", strerror(-err));
}

static void end_tracing(struct worker *worker, const struct tracer *tracer)
{
	int err = tracer_end(tracer);

	if (err)
		fails(worker, home, "tracer", strerror(-err));
}

static void trace_events(struct worker *worker)
{
	static struct traced traced[CPU_SETSIZE];
	struct tracer tracer;

	if (!begin_tracing(worker, &tracer, TRACE_EVENTS))
		return;
	while (trace_once(worker, &tracer, traced) && !shared->stopping)
		continue;
	end_tracing(worker, &tracer);
}

static void trace_functions(struct worker *worker)
{
	struct tracer tracer;
	int cpu = -1;

	if (!begin_tracing(worker, &tracer, TRACE_FUNCTIONS))
		return;
	while (!shared->stopping)
		usleep(TRACE_US);
	while ((cpu = next_cpu(cpu, &worker->cpus)) >= 0)
		if (tracer_recorded(&tracer, cpu))
			worker->done++;
		else
			fails(worker, cpu, "trace", "no function was recorded");
	end_tracing(worker, &tracer);
}

static void start_workers(struct worker *workers, int count, void (*function)(struct worker *))
{
	pid_t pid;
	int i;

	for (i = 0; i < count; i++) {
		pid = fork();
		if (pid < 0)
			ksft_exit_fail_msg("fork: %s\n", strerror(errno));
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			function(&workers[i]);
			_exit(KSFT_PASS);
		}
		workers[i].pid = pid;
	}
}

/* Returns whether none of them failed and something was done, if there are any. */
static bool join_workers(struct worker *workers, int count, const char *what)
{
	unsigned int done = 0, busy = 0;
	int i, status;
	bool ok = true;

	for (i = 0; i < count; i++) {
		waitpid(workers[i].pid, &status, 0);
		done += workers[i].done;
		busy += workers[i].busy;
		if (status)
			fails(&workers[i], home, what, "did not end by itself");
		if (workers[i].why[0])
			ksft_print_msg("%s\n", workers[i].why);
		ok &= !workers[i].why[0];
	}
	ksft_print_msg("%d %s: %u times; EBUSY %u times\n", count, what, done, busy);
	return ok && (done || !count);
}

static bool any_done(const struct worker *workers, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (workers[i].done)
			return true;
	return !count;
}

/* On a slow host not all have done something when the time is up. */
static bool is_time_up(void)
{
	long ms = elapsed_ms(&start);

	return budget_ms && ms >= budget_ms &&
		(ms >= MOST_MS ||
		 (any_done(shared->owners, nr_owners) && any_done(&shared->users, 1) &&
		  any_done(shared->contenders, nr_contenders) &&
		  any_done(shared->hoppers, HOPPERS)));
}

static void wait_for_transitions(void)
{
	long next = PROGRESS_MS;

	while (!shared->stopping && shared->transitions < wanted && !is_time_up()) {
		usleep(20000);
		if (elapsed_ms(&start) < next)
			continue;
		ksft_print_msg("%u of %u transitions, %ld s\n", shared->transitions, wanted,
			       next / 1000);
		next += PROGRESS_MS;
	}
	shared->stopping = true;
}

static void state_facts(long ms)
{
	ksft_print_msg("fact hotplug_transitions %u\n", shared->transitions);
	ksft_print_msg("fact hotplug_seconds %ld.%03ld\n", ms / 1000, ms % 1000);
}

static void join_optional(struct worker *worker, bool supported, const char *name,
			  const char *test, const char *option)
{
	if (supported)
		ksft_test_result(join_workers(worker, 1, name), "%s meanwhile\n", test);
	else
		ksft_test_result_skip("%s meanwhile (%s)\n", test, option);
}

static void test_churn(void)
{
	bool owned, contended, perf = perf_supported(), events = tracer_supported();
	bool functions = tracer_knows_functions();

	clock_gettime(CLOCK_MONOTONIC, &start);
	start_workers(shared->owners, nr_owners, own);
	start_workers(shared->contenders, nr_contenders, contend);
	start_workers(shared->hoppers, HOPPERS, hop);
	start_workers(&shared->users, 1, take_and_free);
	start_workers(&shared->sampler, perf, take_samples);
	start_workers(&shared->event_tracer, events, trace_events);
	start_workers(&shared->function_tracer, functions, trace_functions);
	wait_for_transitions();
	owned = join_workers(shared->owners, nr_owners, "owners");
	state_facts(elapsed_ms(&start));
	contended = join_workers(shared->contenders, nr_contenders, "contenders");
	shared->quiet = true;

	ksft_test_result(owned && (budget_ms || shared->transitions >= wanted),
			 "CPUs go offline and come online\n");
	ksft_test_result(contended, "several processes switch one CPU\n");
	ksft_test_result(join_workers(shared->hoppers, HOPPERS, "hoppers"),
			 "processes move from CPU to CPU\n");
	ksft_test_result(join_workers(&shared->users, 1, "process with users"),
			 "users take and free memory meanwhile\n");
	join_optional(&shared->sampler, perf, "sampler", "perf samples", "PERF_EVENTS");
	join_optional(&shared->event_tracer, events, "tracer of events", "events are traced",
		      "TRACING");
	join_optional(&shared->function_tracer, functions, "tracer of functions",
		      "functions are traced", "FUNCTION_TRACER");
}

static void test_work(const cpu_set_t *cpus)
{
	struct worker *worker = &shared->users;
	bool ok = true;
	int cpu;

	for (cpu = next_cpu(-1, cpus); cpu >= 0; cpu = next_cpu(cpu, cpus))
		if (!work(worker, cpu)) {
			ksft_print_msg("%s\n", worker->why);
			ok = false;
		}
	ksft_test_result(ok, "each CPU works\n");
}

/* A CPU that cannot go offline if there is one, else the first. */
static int find_home(const cpu_set_t *online)
{
	int cpu;

	for (cpu = next_cpu(-1, online); cpu >= 0; cpu = next_cpu(cpu, online))
		if (!can_hotplug(cpu))
			return cpu;
	return next_cpu(-1, online);
}

/* The last CPU is contended for, if there is another one; the rest is dealt out. */
static void deal_out(const cpu_set_t *online)
{
	int cpu, i, last = -1, count = 0;

	home = find_home(online);
	for (cpu = next_cpu(-1, online); cpu >= 0; cpu = next_cpu(cpu, online)) {
		if (cpu == home || !can_hotplug(cpu))
			continue;
		CPU_SET(cpu, &shared->owners[count++ % MAX_OWNERS].cpus);
		last = cpu;
	}
	if (count > 1) {
		count--;
		CPU_CLR(last, &shared->owners[count % MAX_OWNERS].cpus);
		nr_contenders = CONTENDERS;
	}
	nr_owners = MIN(count, MAX_OWNERS);
	for (i = 0; i < nr_contenders; i++)
		CPU_SET(last, &shared->contenders[i].cpus);
	for (i = 0; i < HOPPERS; i++)
		shared->hoppers[i].cpus = *online;
	shared->sampler.cpus = *online;
	shared->event_tracer.cpus = *online;
	shared->function_tracer.cpus = *online;
}

static void read_wanted(void)
{
	wanted = cmdline_number("percpu.transitions", 0);
	if (wanted)
		return;
	wanted = SOME_TRANSITIONS;
	budget_ms = SOME_MS;
}

static void prepare(const cpu_set_t *online)
{
	int err;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	deal_out(online);
	if (!nr_owners)
		ksft_exit_skip("no CPU can go offline (HOTPLUG_CPU)\n");
	err = run_on_cpu(home);
	if (err)
		ksft_exit_fail_msg("cpu%d: %s\n", home, strerror(-err));
	need_cpu_nodes(nodes);
	read_wanted();
}

int main(void)
{
	cpu_set_t online;

	begin_test();
	need_cpulist(CPU_DIR "/online", &online);
	if (CPU_COUNT(&online) < 2)
		ksft_exit_skip("only one CPU is online\n");
	keep_online();
	prepare(&online);

	percpu_level_begin(&level);
	ksft_set_plan(10);
	test_churn();
	ksft_test_result(all_online(&online), "all online again\n");
	test_work(&online);
	ksft_test_result(percpu_level_returns(&level), "per-CPU memory returns\n");
	ksft_finished();
}
