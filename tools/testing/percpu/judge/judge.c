// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdict has three parts, in this order: the facts that the guest states,
 * the guest's own tests, and no splat on the console; in a cell with tlb= the
 * report of QEMU's plugin is a fourth. The first that fails gives the verdict
 * its name. A boot whose result is not whole is judged by what ended it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "judge.h"
#include "util.h"

/* OpenSBI 1.5 loses the last harts of a large machine */
#define OPENSBI_MAJOR	1
#define OPENSBI_MINOR	6

/* As in /sys/devices/system/cpu/online; 0 for anything that is not such a list */
unsigned int cpulist_weight(const char *list)
{
	unsigned int weight = 0, first, last;
	int len;

	while (*list) {
		if (sscanf(list, "%u-%u%n", &first, &last, &len) != 2) {
			if (sscanf(list, "%u%n", &first, &len) != 1)
				return 0;
			last = first;
		}
		if (last < first || (list[len] && list[len] != ','))
			return 0;
		weight += last - first + 1;
		list += len + (list[len] == ',');
	}
	return weight;
}

/* Records one part of the verdict; the first that fails names it */
static void part(struct result *result, enum verdict verdict, bool ok, char *name, char *why)
{
	if (!ok && result->verdict == VERDICT_PASS) {
		result->verdict = verdict;
		result->reason = xasprintf("%s", why);
	}
	ktap_add_test(&result->tests, ok ? KTAP_OK : KTAP_FAIL, name, why);
}

/* A part of the verdict about the kernel that @generation kexecs have led to */
static void part_of(struct result *result, unsigned int generation, enum verdict verdict,
		    bool ok, const char *name, char *why)
{
	char *after;

	if (!generation) {
		part(result, verdict, ok, xasprintf("%s", name), why);
		return;
	}
	after = xasprintf("after kexec %u: %s", generation, why ? why : "");
	free(why);
	part(result, verdict, ok, xasprintf("%s (kexec %u)", name, generation), after);
}

static void judge_cpus(const struct boot_log *log, struct result *result, unsigned int generation,
		       const char *key, const char *what, unsigned int wanted)
{
	const char *list = ktap_fact(&log->ktap, generation, key);
	unsigned int weight = list ? cpulist_weight(list) : 0;

	part_of(result, generation, VERDICT_HARTS, weight == wanted, what,
		xasprintf("%u of %u %s", weight, wanted, what));
}

static void judge_word(const struct boot_log *log, struct result *result, unsigned int generation,
		       enum verdict verdict, const char *key, const char *what,
		       const char *wanted)
{
	const char *value = ktap_fact(&log->ktap, generation, key);

	part_of(result, generation, verdict, value && !strcmp(value, wanted), what,
		xasprintf("%s is %s, must be %s", what, value ? value : "not stated", wanted));
}

/* Looks up "CPU:VALUE" in a list of such pairs */
static bool lookup(const char *pairs, unsigned int cpu, unsigned long long *value)
{
	unsigned int key;
	int len;

	while (sscanf(pairs, " %u:%lli%n", &key, (long long *)value, &len) == 2) {
		if (key == cpu)
			return true;
		pairs += len;
	}
	return false;
}

/* The facts that say where a CPU is */
struct places {
	const char *harts;
	const char *nodes;
	const char *units;
};

static const char *stated(const struct boot_log *log, unsigned int generation, const char *key)
{
	const char *value = ktap_fact(&log->ktap, generation, key);

	return value ? value : "";
}

static struct places find_places(const struct boot_log *log, unsigned int generation)
{
	return (struct places){
		.harts = stated(log, generation, "cpu_hart"),
		.nodes = stated(log, generation, "cpu_node"),
		.units = stated(log, generation, "cpu_unit"),
	};
}

/* The node that a CPU must be on; CPU numbers are the kernel's: which hart boots
 * may be chance
 */
static bool find_node(const struct cell *cell, const struct places *places, unsigned int cpu,
		      unsigned long long *hart, int *node)
{
	if (!lookup(places->harts, cpu, hart))
		return false;
	*node = machine_node_of_hart(cell->machine, *hart);
	if (*node >= 0 && cell->numa_off)
		*node = 0;
	return *node >= 0;
}

static char *find_misplaced_cpu(const struct cell *cell, const struct places *places)
{
	unsigned long long hart, node;
	unsigned int cpu;
	int wanted;

	for (cpu = 0; cpu < cell_harts(cell); cpu++) {
		if (!find_node(cell, places, cpu, &hart, &wanted))
			return xasprintf("hart of CPU %u not stated or not there", cpu);
		if (!cpu && cell->machine->boot >= 0 && (int)hart != cell->machine->boot)
			return xasprintf("hart %llu has booted, must be %d", hart,
					 cell->machine->boot);
		if (!lookup(places->nodes, cpu, &node))
			return xasprintf("node of CPU %u not stated", cpu);
		if (node != (unsigned int)wanted)
			return xasprintf("CPU %u (hart %llu) is on node %llu, must be %d",
					 cpu, hart, node, wanted);
	}
	return NULL;
}

static void judge_nodes(const struct boot_log *log, struct result *result, unsigned int generation)
{
	struct places places = find_places(log, generation);
	char *why;

	/* A kernel without NUMA has no nodes to state */
	if (!strcmp(places.nodes, "none") && log->cell->units_anywhere)
		return;
	why = find_misplaced_cpu(log->cell, &places);
	part_of(result, generation, VERDICT_NODES, !why, "each CPU on its node", why);
}

static bool is_in_node(const struct node *node, unsigned long long address)
{
	return address >= RAM_BASE + node->start &&
	       address - RAM_BASE - node->start < node->size;
}

/* A node without memory takes what memory there is */
static char *find_misplaced_unit(const struct cell *cell, const struct places *places)
{
	unsigned long long hart, unit;
	const struct node *node;
	unsigned int cpu;
	int wanted;

	for (cpu = 0; cpu < cell_harts(cell); cpu++) {
		if (!find_node(cell, places, cpu, &hart, &wanted))
			return xasprintf("hart of CPU %u not stated or not there", cpu);
		if (!lookup(places->units, cpu, &unit))
			return xasprintf("unit of CPU %u not stated", cpu);
		node = &cell->machine->nodes[wanted];
		if (node->size && !is_in_node(node, unit))
			return xasprintf("the unit of CPU %u is at %#llx, outside of node %d",
					 cpu, unit, wanted);
	}
	return NULL;
}

static void judge_units(const struct boot_log *log, struct result *result, unsigned int generation)
{
	struct places places = find_places(log, generation);
	char *why;

	/* With numa=off all memory is node 0's */
	if (log->cell->units_anywhere || log->cell->numa_off)
		return;
	why = find_misplaced_unit(log->cell, &places);
	part_of(result, generation, VERDICT_UNITS, !why, "each unit in the memory of its node",
		why);
}

static void judge_facts(const struct boot_log *log, struct result *result, unsigned int generation)
{
	const struct cell *cell = log->cell;
	/* A crash kernel has memory of one node, and no distance to another makes it fall back */
	bool one_node = generation && *cell->crash;

	judge_cpus(log, result, generation, "cpus_online", "harts online", cell_harts(cell));
	judge_cpus(log, result, generation, "cpus_possible", "CPUs possible",
		   cell_possible(cell));
	if (!one_node || *cell->alloc)
		judge_word(log, result, generation, VERDICT_CHUNK, "first_chunk", "first chunk",
			   cell->chunk);
	judge_word(log, result, generation, VERDICT_PAGING, "paging", "paging mode",
		   cell->paging);
	judge_nodes(log, result, generation);
	if (!one_node)
		judge_units(log, result, generation);
}

static void judge_guest_tests(const struct boot_log *log, struct result *result)
{
	const struct ktap *ktap = &log->ktap;
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++) {
		const struct ktap_test *test = &ktap->tests[i];
		const char *why = test->why ? test->why : "";

		if (test->status == KTAP_SKIP)
			ktap_add_test(&result->tests, KTAP_SKIP, xasprintf("%s", test->name),
				      xasprintf("%s", why));
		else
			part(result, VERDICT_TESTS, test->status == KTAP_OK,
			     xasprintf("%s", test->name),
			     xasprintf("%s%s%s", test->name, *why ? ": " : "", why));
	}
}

static void judge_splat(const struct boot_log *log, struct result *result)
{
	const char *splat = log->console.splat;

	part(result, log->console.panicked ? VERDICT_PANIC : VERDICT_SPLAT, !*splat,
	     xasprintf("no splat"), xasprintf("%s", splat));
}

/* The first chunk alone is what the series changes: a tree may lack other fences */
static void judge_elsewhere(const struct translations *found, struct result *result)
{
	ktap_add_test(&result->tests, found->elsewhere ? KTAP_SKIP : KTAP_OK,
		      xasprintf("no fence is missing elsewhere"), found->elsewhere ?
		      xasprintf("not judged: %u would kill: %s", found->nr_elsewhere,
				found->elsewhere) : NULL);
}

/* What a hart would have done that holds on to what the page tables were */
static void judge_translations(const struct boot_log *log, struct result *result)
{
	const struct translations *found = &log->translations;
	const char *absorbed = found->absorbed;
	char *name;

	if (!log->cell->sanitize)
		return;
	name = xasprintf("no fence is missing for the first chunk%s%s%s",
			 absorbed ? " (absorbed elsewhere: " : "", absorbed ? absorbed : "",
			 absorbed ? ")" : "");
	if (found->fault)
		part(result, VERDICT_NO_RESULT, false, name, xasprintf("%s", found->fault));
	else
		part(result, VERDICT_FENCE, !found->first, name,
		     xasprintf("%u would trap: %s", found->nr_first,
			       found->first ? found->first : "none"));
	judge_elsewhere(found, result);
}

/* Each operation that the guest names has costs; the names are "1:syscall 2:pipe ..." */
static void judge_costs(const struct boot_log *log, struct result *result)
{
	const char *name = stated(log, 0, "operations");
	unsigned int named = 0;

	if (!log->cell->bench)
		return;
	while ((name = strchr(name, ':'))) {
		named++;
		name++;
	}
	part(result, VERDICT_NO_RESULT, !log->costs.fault && named &&
	     named == log->costs.operations, xasprintf("costs of each operation"),
	     log->costs.fault ? xasprintf("%s", log->costs.fault) :
	     xasprintf("%u of %u operations have costs", log->costs.operations, named));
}

/* What ended a boot that has no whole result */
static enum verdict find_end(const struct boot_log *log, char **why)
{
	if (log->console.panicked) {
		*why = xasprintf("%s", log->console.splat);
		return VERDICT_PANIC;
	}
	if (log->stopped != VERDICT_PASS) {
		*why = xasprintf("stopped after %.1f s: %s", log->seconds,
				 verdict_name(log->stopped));
		return log->stopped;
	}
	if (WIFSIGNALED(log->status)) {
		*why = xasprintf("QEMU was killed by signal %d", WTERMSIG(log->status));
		return VERDICT_CRASH;
	}
	if (WEXITSTATUS(log->status)) {
		*why = xasprintf("QEMU ended with status %d", WEXITSTATUS(log->status));
		return VERDICT_CRASH;
	}
	*why = xasprintf("switched off without a whole result: %s",
			 log->ktap.fault ? log->ktap.fault : "no end");
	return VERDICT_NO_RESULT;
}

static bool ended_well(const struct boot_log *log)
{
	return log->stopped == VERDICT_PASS && !log->status && log->ktap.done &&
	       !log->ktap.fault;
}

static bool right_cell(const struct boot_log *log)
{
	return log->ktap.cell && !strcmp(log->ktap.cell, log->cell->name);
}

/* A harness error says nothing about the kernel */
static char *find_error(const struct boot_log *log)
{
	const struct console *console = &log->console;

	if (log->error)
		return xasprintf("%s", log->error);
	if (!console->opensbi_major && !console->kernel && log->stopped != VERDICT_PASS)
		return xasprintf("the firmware printed nothing that OpenSBI prints; "
				 "set BIOS= to its fw_dynamic.bin, %d.%d or later",
				 OPENSBI_MAJOR, OPENSBI_MINOR);
	if (console->opensbi_major &&
	    (console->opensbi_major < OPENSBI_MAJOR ||
	     (console->opensbi_major == OPENSBI_MAJOR && console->opensbi_minor < OPENSBI_MINOR)))
		return xasprintf("OpenSBI %u.%u loses harts; use %u.%u or later (BIOS=)",
				 console->opensbi_major, console->opensbi_minor,
				 OPENSBI_MAJOR, OPENSBI_MINOR);
	return NULL;
}

static void judge_boot(const struct boot_log *log, struct result *result)
{
	unsigned int generation;
	char *why;

	if (!ended_well(log)) {
		enum verdict verdict = find_end(log, &why);

		part(result, verdict, false, xasprintf("runs to its end"), why);
		return;
	}
	part(result, VERDICT_NO_RESULT, right_cell(log), xasprintf("result of this cell"),
	     xasprintf("the result is of %s", log->ktap.cell ? log->ktap.cell : "no cell"));
	for (generation = 0; generation <= log->cell->kexecs; generation++)
		judge_facts(log, result, generation);
	judge_guest_tests(log, result);
	judge_splat(log, result);
	judge_translations(log, result);
	judge_costs(log, result);
}

/* Turns the verdict on a control round: it must have failed as named */
static void judge_control(const struct boot_log *log, struct result *result)
{
	const struct cell *cell = log->cell;
	enum verdict got = result->verdict;
	char *reason = result->reason;
	bool seen = log->console.seen || log->translations.seen;
	bool ok = got == cell->fails && seen;

	ktap_free(&result->tests);
	result->verdict = VERDICT_PASS;
	if (ok)
		result->reason = xasprintf("fails as named: %s: %s", verdict_name(got), reason);
	else
		result->reason = NULL;
	part(result, VERDICT_CONTROL, ok,
	     xasprintf("fails as named: %s", verdict_name(cell->fails)),
	     xasprintf("must fail with %s and say \"%s\"; got %s%s%s%s",
		       verdict_name(cell->fails), cell->console, verdict_name(got),
		       reason ? ": " : "", reason ? reason : "",
		       seen ? "" : ", and the console does not say it"));
	free(reason);
}

/* What the user gave for this boot alone */
static char *list_added(const struct boot_log *log)
{
	const char *append = log->append ? log->append : "";
	const char *args = log->qemu_args ? log->qemu_args : "";

	if (!log->append && !log->qemu_args)
		return NULL;
	return xasprintf("%s%s%s%s%s", *append ? "kernel " : "", append,
			 *append && *args ? ", " : "", *args ? "QEMU " : "", args);
}

void judge(const struct boot_log *log, struct result *result)
{
	char *error = find_error(log);

	*result = (struct result){
		.name = xasprintf("%s", log->cell->name),
		.cell = cell_copy(log->cell),
		.verdict = VERDICT_PASS,
		.added = list_added(log),
		.whole = log->ktap.done && !log->ktap.fault,
		.started = log->started,
		.seconds = log->seconds,
	};
	ktap_init(&result->tests);
	if (error) {
		part(result, VERDICT_HARNESS, false, xasprintf("can be run"), error);
		return;
	}
	judge_boot(log, result);
	if (log->cell->fails != VERDICT_PASS)
		judge_control(log, result);
	ktap_copy_facts(&result->tests, &log->ktap);
}

bool judge_dir(const char *dir, struct result *result)
{
	struct boot_log log;
	bool ok = boot_log_read(&log, dir);

	*result = (struct result){ 0 };
	if (ok) {
		judge(&log, result);
		result->dir = realpath(dir, NULL);
	}
	boot_log_free(&log);
	return ok;
}

void result_free(struct result *result)
{
	free(result->name);
	free(result->dir);
	free(result->path);
	free(result->cell);
	free(result->reason);
	free(result->added);
	ktap_free(&result->tests);
	*result = (struct result){ 0 };
}
