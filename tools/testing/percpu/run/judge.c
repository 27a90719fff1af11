// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdict has three parts, in this order: the facts that the guest states,
 * the guest's own tests, and no splat on the console. The first that fails
 * gives the verdict its name. A boot whose result is not whole is judged by
 * what ended it.
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

/**
 * cpulist_weight() - number of CPUs in a list
 * @list: as in /sys/devices/system/cpu/online, such as "0-3,8"
 *
 * Return: how many CPUs it names, 0 for anything that is not such a list.
 */
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
static void part(struct outcome *outcome, enum verdict verdict, bool ok, char *name, char *why)
{
	if (!ok && outcome->verdict == VERDICT_PASS) {
		outcome->verdict = verdict;
		outcome->reason = xasprintf("%s", why);
	}
	ktap_add_test(&outcome->tests, ok ? KTAP_OK : KTAP_FAIL, name, why);
}

/* A part of the verdict about the kernel that @generation kexecs have led to */
static void part_of(struct outcome *outcome, unsigned int generation, enum verdict verdict,
		    bool ok, const char *name, char *why)
{
	char *after;

	if (!generation) {
		part(outcome, verdict, ok, xasprintf("%s", name), why);
		return;
	}
	after = xasprintf("after kexec %u: %s", generation, why ? why : "");
	free(why);
	part(outcome, verdict, ok, xasprintf("%s (kexec %u)", name, generation), after);
}

static void judge_cpus(const struct boot *boot, struct outcome *outcome, unsigned int generation,
		       const char *key, const char *what, unsigned int wanted)
{
	const char *list = ktap_fact(&boot->ktap, generation, key);
	unsigned int weight = list ? cpulist_weight(list) : 0;

	part_of(outcome, generation, VERDICT_HARTS, weight == wanted, what,
		xasprintf("%u of %u %s", weight, wanted, what));
}

static void judge_word(const struct boot *boot, struct outcome *outcome, unsigned int generation,
		       enum verdict verdict, const char *key, const char *what,
		       const char *wanted)
{
	const char *value = ktap_fact(&boot->ktap, generation, key);

	part_of(outcome, generation, verdict, value && !strcmp(value, wanted), what,
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

static const char *stated(const struct boot *boot, unsigned int generation, const char *key)
{
	const char *value = ktap_fact(&boot->ktap, generation, key);

	return value ? value : "";
}

static struct places find_places(const struct boot *boot, unsigned int generation)
{
	return (struct places){
		.harts = stated(boot, generation, "cpu_hart"),
		.nodes = stated(boot, generation, "cpu_node"),
		.units = stated(boot, generation, "cpu_unit"),
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

static void judge_nodes(const struct boot *boot, struct outcome *outcome, unsigned int generation)
{
	struct places places = find_places(boot, generation);
	char *why;

	/* A kernel without NUMA has no nodes to state */
	if (!strcmp(places.nodes, "none") && boot->cell->units_anywhere)
		return;
	why = find_misplaced_cpu(boot->cell, &places);
	part_of(outcome, generation, VERDICT_NODES, !why, "each CPU on its node", why);
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

static void judge_units(const struct boot *boot, struct outcome *outcome, unsigned int generation)
{
	struct places places = find_places(boot, generation);
	char *why;

	/* With numa=off all memory is node 0's */
	if (boot->cell->units_anywhere || boot->cell->numa_off)
		return;
	why = find_misplaced_unit(boot->cell, &places);
	part_of(outcome, generation, VERDICT_UNITS, !why, "each unit in the memory of its node",
		why);
}

static void judge_facts(const struct boot *boot, struct outcome *outcome, unsigned int generation)
{
	const struct cell *cell = boot->cell;

	judge_cpus(boot, outcome, generation, "cpus_online", "harts online", cell_harts(cell));
	judge_cpus(boot, outcome, generation, "cpus_possible", "CPUs possible",
		   cell_possible(cell));
	judge_word(boot, outcome, generation, VERDICT_CHUNK, "first_chunk", "first chunk",
		   cell->chunk);
	judge_word(boot, outcome, generation, VERDICT_PAGING, "paging", "paging mode",
		   cell->paging);
	judge_nodes(boot, outcome, generation);
	judge_units(boot, outcome, generation);
}

static void judge_guest_tests(const struct boot *boot, struct outcome *outcome)
{
	const struct ktap *ktap = &boot->ktap;
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++) {
		const struct ktap_test *test = &ktap->tests[i];
		const char *why = test->why ? test->why : "";

		if (test->status == KTAP_SKIP)
			ktap_add_test(&outcome->tests, KTAP_SKIP, xasprintf("%s", test->name),
				      xasprintf("%s", why));
		else
			part(outcome, VERDICT_TESTS, test->status == KTAP_OK,
			     xasprintf("%s", test->name),
			     xasprintf("%s%s%s", test->name, *why ? ": " : "", why));
	}
}

static void judge_splat(const struct boot *boot, struct outcome *outcome)
{
	const char *splat = boot->console.splat;

	part(outcome, boot->console.panicked ? VERDICT_PANIC : VERDICT_SPLAT, !*splat,
	     xasprintf("no splat"), xasprintf("%s", splat));
}

/* What ended a boot that has no whole result */
static enum verdict find_end(const struct boot *boot, char **why)
{
	if (boot->console.panicked) {
		*why = xasprintf("%s", boot->console.splat);
		return VERDICT_PANIC;
	}
	if (boot->stopped != VERDICT_PASS) {
		*why = xasprintf("stopped after %.1f s: %s", boot->seconds,
				 verdict_name(boot->stopped));
		return boot->stopped;
	}
	if (WIFSIGNALED(boot->status)) {
		*why = xasprintf("QEMU was killed by signal %d", WTERMSIG(boot->status));
		return VERDICT_CRASH;
	}
	if (WEXITSTATUS(boot->status)) {
		*why = xasprintf("QEMU ended with status %d", WEXITSTATUS(boot->status));
		return VERDICT_CRASH;
	}
	*why = xasprintf("switched off without a whole result: %s",
			 boot->ktap.fault ? boot->ktap.fault : "no end");
	return VERDICT_NO_RESULT;
}

static bool ended_well(const struct boot *boot)
{
	return boot->stopped == VERDICT_PASS && !boot->status && boot->ktap.done &&
	       !boot->ktap.fault;
}

static bool right_cell(const struct boot *boot)
{
	return boot->ktap.cell && !strcmp(boot->ktap.cell, boot->cell->name);
}

/* Trouble that says nothing about the kernel */
static char *find_trouble(const struct boot *boot)
{
	const struct console *console = &boot->console;

	if (boot->trouble)
		return xasprintf("%s", boot->trouble);
	if (console->opensbi_major < OPENSBI_MAJOR ||
	    (console->opensbi_major == OPENSBI_MAJOR && console->opensbi_minor < OPENSBI_MINOR))
		return console->opensbi_major ?
			xasprintf("OpenSBI %u.%u loses harts; use %u.%u or later (BIOS=)",
				  console->opensbi_major, console->opensbi_minor,
				  OPENSBI_MAJOR, OPENSBI_MINOR) : NULL;
	return NULL;
}

static void judge_boot(const struct boot *boot, struct outcome *outcome)
{
	unsigned int generation;
	char *why;

	if (!ended_well(boot)) {
		enum verdict verdict = find_end(boot, &why);

		part(outcome, verdict, false, xasprintf("runs to its end"), why);
		return;
	}
	part(outcome, VERDICT_NO_RESULT, right_cell(boot), xasprintf("result of this cell"),
	     xasprintf("the result is of %s", boot->ktap.cell ? boot->ktap.cell : "no cell"));
	for (generation = 0; generation <= boot->cell->kexecs; generation++)
		judge_facts(boot, outcome, generation);
	judge_guest_tests(boot, outcome);
	judge_splat(boot, outcome);
}

/* Turns the verdict on a control round: it must have failed as named */
static void judge_control(const struct boot *boot, struct outcome *outcome)
{
	const struct cell *cell = boot->cell;
	enum verdict got = outcome->verdict;
	char *reason = outcome->reason;
	bool ok = got == cell->fails && boot->console.seen;

	ktap_free(&outcome->tests);
	outcome->verdict = VERDICT_PASS;
	if (ok)
		outcome->reason = xasprintf("fails as named: %s: %s", verdict_name(got), reason);
	else
		outcome->reason = NULL;
	part(outcome, VERDICT_CONTROL, ok,
	     xasprintf("fails as named: %s", verdict_name(cell->fails)),
	     xasprintf("must fail with %s and say \"%s\"; got %s%s%s%s",
		       verdict_name(cell->fails), cell->console, verdict_name(got),
		       reason ? ": " : "", reason ? reason : "",
		       boot->console.seen ? "" : ", and the console does not say it"));
	free(reason);
}

/**
 * judge() - give a finished boot its verdict
 * @boot: the boot
 * @outcome: the verdict, to be freed with outcome_free()
 */
void judge(const struct boot *boot, struct outcome *outcome)
{
	char *trouble = find_trouble(boot);

	*outcome = (struct outcome){ .verdict = VERDICT_PASS };
	ktap_init(&outcome->tests);
	if (trouble) {
		part(outcome, VERDICT_HARNESS, false, xasprintf("can be run"), trouble);
		return;
	}
	judge_boot(boot, outcome);
	if (boot->cell->fails != VERDICT_PASS)
		judge_control(boot, outcome);
	ktap_copy_facts(&outcome->tests, &boot->ktap);
}

/**
 * outcome_free() - free what judge() made
 * @outcome: empty afterwards
 */
void outcome_free(struct outcome *outcome)
{
	free(outcome->reason);
	ktap_free(&outcome->tests);
	*outcome = (struct outcome){ 0 };
}
