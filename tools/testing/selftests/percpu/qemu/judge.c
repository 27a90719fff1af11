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

static void judge_harts(const struct boot *boot, struct outcome *outcome)
{
	const char *online = ktap_fact(&boot->ktap, "cpus_online");
	unsigned int harts = boot->cell->machine->harts;
	unsigned int weight = online ? cpulist_weight(online) : 0;

	part(outcome, VERDICT_HARTS, weight == harts, xasprintf("harts online"),
	     xasprintf("%u of %u harts online", weight, harts));
}

static void judge_word(const struct boot *boot, struct outcome *outcome, enum verdict verdict,
		       const char *key, const char *what, const char *wanted)
{
	const char *value = ktap_fact(&boot->ktap, key);

	part(outcome, verdict, value && !strcmp(value, wanted), xasprintf("%s", what),
	     xasprintf("%s is %s, must be %s", what, value ? value : "not stated", wanted));
}

/* Looks up "CPU:VALUE" in a list of such pairs */
static bool lookup(const char *pairs, unsigned int cpu, unsigned int *value)
{
	unsigned int key;
	int len;

	while (sscanf(pairs, " %u:%u%n", &key, value, &len) == 2) {
		if (key == cpu)
			return true;
		pairs += len;
	}
	return false;
}

/* CPU numbers are the kernel's: which hart boots, and so is CPU 0, is chance */
static char *find_misplaced_cpu(const struct machine *machine, const char *hart_of_cpu,
				const char *node_of_cpu)
{
	unsigned int cpu, hart, node, wanted;

	for (cpu = 0; cpu < machine->harts; cpu++) {
		if (!lookup(hart_of_cpu, cpu, &hart) || hart >= machine->harts)
			return xasprintf("hart of CPU %u not stated", cpu);
		if (!lookup(node_of_cpu, cpu, &node))
			return xasprintf("node of CPU %u not stated", cpu);
		wanted = machine_node_of_hart(machine, hart);
		if (node != wanted)
			return xasprintf("CPU %u (hart %u) is on node %u, must be %u",
					 cpu, hart, node, wanted);
	}
	return NULL;
}

static void judge_nodes(const struct boot *boot, struct outcome *outcome)
{
	const char *harts = ktap_fact(&boot->ktap, "cpu_hart");
	const char *nodes = ktap_fact(&boot->ktap, "cpu_node");
	char *why = find_misplaced_cpu(boot->cell->machine, harts ? harts : "",
				       nodes ? nodes : "");

	part(outcome, VERDICT_NODES, !why, xasprintf("each CPU on its node"), why);
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
	char *why;

	if (!ended_well(boot)) {
		enum verdict verdict = find_end(boot, &why);

		part(outcome, verdict, false, xasprintf("runs to its end"), why);
		return;
	}
	part(outcome, VERDICT_NO_RESULT, right_cell(boot), xasprintf("result of this cell"),
	     xasprintf("the result is of %s", boot->ktap.cell ? boot->ktap.cell : "no cell"));
	judge_harts(boot, outcome);
	judge_word(boot, outcome, VERDICT_CHUNK, "first_chunk", "first chunk",
		   boot->cell->chunk);
	judge_word(boot, outcome, VERDICT_PAGING, "paging", "paging mode", boot->cell->paging);
	judge_nodes(boot, outcome);
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
