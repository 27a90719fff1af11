// SPDX-License-Identifier: GPL-2.0-only
/*
 * Version 5 of the schema: a checkout for each base, a build for each kernel, a
 * test for each cell and for each test in it. Documents are left out: they are
 * about this repository, and a test without a build is not to be had. What is
 * not known (a commit's hash, when a kernel was built) is left out too.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kcidb.h"
#include "text.h"
#include "util.h"

#define ORIGIN		"percpu_first_chunk"
#define EXCERPT_SIZE	16384	/* characters that the schema allows */
#define MINOR		3

/* The lists of a submission, and the stamp that keeps the ids of runs apart */
struct submission {
	json_t *checkouts;
	json_t *builds;
	json_t *tests;
	char *stamp;
};

static json_t *string(const char *value)
{
	char *text = text_utf8(value, strlen(value));
	json_t *json = json_string(text);

	free(text);
	return json;
}

static void set(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, string(value));
}

/* Takes over @value */
static void set_owned(json_t *object, const char *key, char *value)
{
	set(object, key, value);
	free(value);
}

/**
 * kcidb_status() - the status that a verdict is for KCIDB
 * @result: a cell's result
 *
 * The schema asks whether the test ran to its end, and whose fault it is if not.
 * A machine that hangs or talks without end is what a broken kernel looks like,
 * so a limit that stops it is the end of the test and FAIL. A machine switched off
 * before the result was whole did not complete its tests, whoever's fault that is:
 * ERROR. So is a control that did not fail as named: the test could not see what
 * it is there to see, which says nothing bad about the kernel. With trouble of
 * QEMU or the runner the test was not run: MISS. A control that failed as named
 * has passed.
 *
 * Return: the status, a string constant.
 */
const char *kcidb_status(const struct result *result)
{
	switch (result->verdict) {
	case VERDICT_PASS:
		return result->skipped ? "SKIP" : "PASS";
	case VERDICT_CRASH:
	case VERDICT_HARNESS:
		return "MISS";
	case VERDICT_NO_RESULT:
	case VERDICT_CONTROL:
		return "ERROR";
	default:
		return "FAIL";
	}
}

/* A test in a cell fails in the cell's way */
static const char *test_status(const struct result *result, enum ktap_status status)
{
	if (status == KTAP_SKIP)
		return "SKIP";
	return status == KTAP_OK ? "PASS" : kcidb_status(result);
}

/* What stands before the kernel in the name of a cell; all of it if the kernel does not */
static char *base_of(const struct cell *cell)
{
	char *part = xasprintf(".%s.", cell->kernel);
	const char *end = strstr(cell->name, part);

	free(part);
	return xasprintf("%.*s", (int)(end ? end - cell->name : (ptrdiff_t)strlen(cell->name)),
			 cell->name);
}

/* What stands after the kernel */
static const char *rest_of(const struct cell *cell)
{
	char *base = base_of(cell);
	const char *rest = cell->name + strlen(base);

	free(base);
	return *rest ? rest + strlen(cell->kernel) + 2 : cell->name;
}

/* A path has words of letters, digits, _ and -, with single dots between them */
static void add_to_path(FILE *path, const char *name, bool keep_dots)
{
	char last = '.', c;

	for (; *name; name++, last = c) {
		c = isalnum((unsigned char)*name) || *name == '-' ? *name : '_';
		if (keep_dots && *name == '.' && last != '.' && name[1])
			c = '.';
		if (c != '_' || last != '_')
			fputc(c, path);
	}
	if (last == '.')
		fputc('_', path);
}

/* The path of a cell, or of a test in it; the build says which kernel it was */
static char *make_path(const struct cell *cell, const char *test)
{
	char *path = NULL;
	size_t size;
	FILE *file = open_memstream(&path, &size);

	fputs(ORIGIN ".", file);
	add_to_path(file, rest_of(cell), true);
	if (test) {
		fputc('.', file);
		add_to_path(file, test, false);
	}
	fclose(file);
	return path;
}

static char *checkout_id(const struct submission *submission, const struct cell *cell)
{
	char *base = base_of(cell);
	char *id = xasprintf(ORIGIN ":%s:%s", base, submission->stamp);

	free(base);
	return id;
}

static char *build_id(const struct submission *submission, const struct cell *cell)
{
	char *base = base_of(cell);
	char *id = xasprintf(ORIGIN ":%s.%s:%s", base, cell->kernel, submission->stamp);

	free(base);
	return id;
}

static bool has_id(const json_t *list, const char *id)
{
	json_t *wanted = string(id), *json;
	bool found = false;
	size_t i;

	json_array_foreach(list, i, json)
		found = found || json_equal(json_object_get(json, "id"), wanted);
	json_decref(wanted);
	return found;
}

static void add_checkout(struct submission *submission, const struct cell *cell)
{
	char *id = checkout_id(submission, cell);
	json_t *json;

	if (!has_id(submission->checkouts, id)) {
		json = json_pack("{s:s, s:b}", "origin", ORIGIN, "valid", true);
		set(json, "id", id);
		set_owned(json, "tree_name", base_of(cell));
		set(json, "comment", "the series for the page first chunk on this tree");
		json_array_append_new(submission->checkouts, json);
	}
	free(id);
}

static void add_build(struct submission *submission, const struct result *result)
{
	const struct cell *cell = result->cell;
	const char *release = ktap_fact(&result->tests, 0, "release");
	char *id = build_id(submission, cell);
	json_t *json;

	if (!has_id(submission->builds, id)) {
		/* It was booted, or would have been */
		json = json_pack("{s:s, s:s, s:s}", "origin", ORIGIN, "architecture", "riscv64",
				 "status", "PASS");
		set(json, "id", id);
		set_owned(json, "checkout_id", checkout_id(submission, cell));
		set(json, "config_name", cell->kernel);
		if (release)
			set_owned(json, "comment", xasprintf("Linux %s", release));
		json_array_append_new(submission->builds, json);
	}
	free(id);
}

static json_t *pack_facts(const struct ktap *ktap)
{
	json_t *facts = json_object();
	char *title, *key;
	size_t i;

	for (i = 0; i < ktap->nr_facts; i++) {
		title = fact_title(&ktap->facts[i]);
		key = text_utf8(title, strlen(title));
		set(facts, key, ktap->facts[i].value);
		free(key);
		free(title);
	}
	return facts;
}

static json_t *pack_environment(const struct cell *cell)
{
	json_t *json = json_object();

	set_owned(json, "comment",
		  xasprintf("QEMU virt, machine %s: %u harts, %u nodes, %s",
			    cell->machine->name, cell->machine->harts, cell->machine->nr_nodes,
			    cell->paging));
	return json;
}

static json_t *pack_misc(const struct result *result)
{
	json_t *misc = json_object();

	set(misc, "cell", result->name);
	set(misc, "verdict", verdict_name(result->verdict));
	if (result->reason)
		set(misc, "reason", result->reason);
	if (result->cell->fails != VERDICT_PASS)
		set(misc, "control", verdict_name(result->cell->fails));
	json_object_set_new(misc, "facts", pack_facts(&result->tests));
	return misc;
}

/* What a cell and a test in it have in common; @number is 0 for the cell */
static json_t *pack_test(const struct submission *submission, const struct result *result,
			 size_t number, const char *name)
{
	json_t *json = json_object();

	set(json, "origin", ORIGIN);
	set_owned(json, "id", number ?
		  xasprintf(ORIGIN ":%s:%s:%zu", result->name, submission->stamp, number) :
		  xasprintf(ORIGIN ":%s:%s", result->name, submission->stamp));
	set_owned(json, "build_id", build_id(submission, result->cell));
	set_owned(json, "path", make_path(result->cell, name));
	set(json, "comment", name ? name : result->name);
	json_object_set_new(json, "environment", pack_environment(result->cell));
	return json;
}

static void set_log(json_t *json, const struct runs *runs, size_t i)
{
	char *path = runs_file(runs, i, "console.log");
	struct excerpt excerpt;

	if (path && excerpt_read(&excerpt, path, EXCERPT_SIZE)) {
		set_owned(json, "log_excerpt", excerpt_join(&excerpt));
		excerpt_free(&excerpt);
	}
	free(path);
}

static void add_cell(struct submission *submission, const struct runs *runs, size_t i)
{
	const struct result *result = &runs->report.results[i];
	json_t *json = pack_test(submission, result, 0, NULL);

	set(json, "status", kcidb_status(result));
	set_owned(json, "start_time", text_time(result->started, "%Y-%m-%dT%H:%M:%S+00:00"));
	json_object_set_new(json, "duration", json_real(result->seconds));
	json_object_set_new(json, "misc", pack_misc(result));
	if (result->verdict != VERDICT_PASS)
		set_log(json, runs, i);
	json_array_append_new(submission->tests, json);
}

static void add_tests(struct submission *submission, const struct result *result)
{
	const struct ktap *ktap = &result->tests;
	json_t *json;
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++) {
		json = pack_test(submission, result, i + 1, ktap->tests[i].name);
		set(json, "status", test_status(result, ktap->tests[i].status));
		if (ktap->tests[i].why && ktap->tests[i].status != KTAP_OK)
			json_object_set_new(json, "misc",
					    json_pack("{s:o}", "reason",
						      string(ktap->tests[i].why)));
		json_array_append_new(submission->tests, json);
	}
}

static json_t *pack_submission(const struct runs *runs)
{
	struct submission submission = {
		.checkouts = json_array(),
		.builds = json_array(),
		.tests = json_array(),
		.stamp = text_time(runs_started(runs), "%Y%m%dT%H%M%SZ"),
	};
	size_t i;

	for (i = 0; i < runs->report.nr; i++) {
		const struct result *result = &runs->report.results[i];

		if (!result->cell)
			continue;
		add_checkout(&submission, result->cell);
		add_build(&submission, result);
		add_cell(&submission, runs, i);
		add_tests(&submission, result);
	}
	free(submission.stamp);
	return json_pack("{s:{s:i, s:i}, s:o, s:o, s:o}", "version", "major", 5, "minor", MINOR,
			 "checkouts", submission.checkouts, "builds", submission.builds,
			 "tests", submission.tests);
}

/**
 * kcidb_write() - write all cells for KCIDB
 * @runs: the results, with the console of each failure beside them
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool kcidb_write(const struct runs *runs, const char *path)
{
	return json_write(pack_submission(runs), path);
}
