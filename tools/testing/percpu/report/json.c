// SPDX-License-Identifier: GPL-2.0-only
/* Writes results.json, from which junit.xml, kcidb.json and index.html are made. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "excerpt.h"
#include "report.h"
#include "util.h"

#define MAX_LOG		16384

static const char * const status_names[] = {
	[KTAP_OK] = "ok",
	[KTAP_FAIL] = "fail",
	[KTAP_SKIP] = "skip",
};

static json_t *pack_string(const char *string)
{
	char *text __free(free) = string ? clean_text(string, strlen(string)) : NULL;

	return text ? json_string(text) : json_null();
}

static json_t *pack_machine(const struct machine *machine)
{
	json_t *nodes = json_array(), *ids = json_array();
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		json_array_append_new(nodes,
				      json_pack("{s:I, s:I, s:i}",
						"start", (json_int_t)machine->nodes[i].start,
						"size", (json_int_t)machine->nodes[i].size,
						"harts", machine->nodes[i].harts));
	for (i = 0; i < machine->harts; i++)
		json_array_append_new(ids, json_integer(machine->ids[i]));
	return json_pack("{s:o, s:i, s:i, s:o, s:o, s:i}",
			 "name", pack_string(machine->name), "harts", machine->harts,
			 "possible", machine->possible, "nodes", nodes, "ids", ids,
			 "boot", machine->boot);
}

static json_t *pack_options(const struct cell *cell)
{
	const struct cell_option *option;
	json_t *json = json_object(), *value;

	for (option = cell_options; option->name; option++) {
		char *text __free(free) = cell_option_get(option, cell);

		if (!text)
			continue;
		if (option->type == CELL_NUMBER)
			value = json_integer(strtoul(text, NULL, 10));
		else
			value = *text ? pack_string(text) : json_true();
		json_object_set_new(json, option->name, value);
	}
	return json;
}

static json_t *pack_cell(const struct cell *cell)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}",
			 "name", pack_string(cell->name),
			 "kernel", pack_string(cell->kernel),
			 "machine", pack_machine(cell->machine),
			 "paging", pack_string(cell->paging),
			 "alloc", pack_string(cell->alloc),
			 "chunk", pack_string(cell->chunk),
			 "fails", verdict_name(cell->fails),
			 "console", pack_string(cell->console),
			 "options", pack_options(cell));
}

static json_t *pack_tests(const struct ktap *ktap)
{
	json_t *tests = json_array();
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++)
		json_array_append_new(tests,
				      json_pack("{s:o, s:s, s:o}",
						"name", pack_string(ktap->tests[i].name),
						"status", status_names[ktap->tests[i].status],
						"why", pack_string(ktap->tests[i].why)));
	return tests;
}

static json_t *pack_facts(const struct ktap *ktap)
{
	json_t *facts = json_array();
	size_t i;

	for (i = 0; i < ktap->nr_facts; i++)
		json_array_append_new(facts,
				      json_pack("{s:i, s:o, s:o}",
						"generation", ktap->facts[i].generation,
						"key", pack_string(ktap->facts[i].key),
						"value", pack_string(ktap->facts[i].value)));
	return facts;
}

/* What the console of a cell that failed says: with source lines, if there are any */
static void add_log(json_t *json, const struct result *result)
{
	char *decoded __free(free) = xasprintf("%s/console.decoded", result->dir);
	char *plain __free(free) = xasprintf("%s/console.log", result->dir);
	bool is_decoded = !access(decoded, R_OK);
	char *splat __free(free) = NULL;
	char *log __free(free) = NULL;

	if (!is_decoded && access(plain, R_OK))
		return;
	log = read_excerpt(is_decoded ? decoded : plain, MAX_LOG, &splat);
	json_object_set_new(json, "log", json_string(log ? log : ""));
	json_object_set_new(json, "splat", pack_string(splat));
}

static json_t *pack_result(const struct result *result)
{
	json_t *json = json_pack("{s:o, s:o, s:s, s:b, s:b, s:o, s:o, s:f, s:f, s:o, s:o, s:o}",
				 "name", pack_string(result->name),
				 "cell", result->cell ? pack_cell(result->cell) : json_null(),
				 "verdict", verdict_name(result->verdict),
				 "skipped", result->skipped,
				 "whole", result->whole,
				 "reason", pack_string(result->reason),
				 "added", pack_string(result->added),
				 "started", result->started,
				 "seconds", result->seconds,
				 "tests", pack_tests(&result->tests),
				 "facts", pack_facts(&result->tests),
				 "dir", result->cell ? pack_string(result->name) : json_null());

	if (json && result->cell && result->verdict != VERDICT_PASS)
		add_log(json, result);
	return json;
}

bool report_write_json(const struct report *report, const char *path)
{
	json_t *json, *results = json_array();
	char *text __free(free) = NULL;
	size_t i;

	for (i = 0; i < report->nr; i++)
		json_array_append_new(results, pack_result(&report->results[i]));
	json = json_pack("{s:o}", "results", results);
	text = json_dumps(json, JSON_INDENT(1));
	json_decref(json);
	if (!text)
		error("cannot write %s: out of memory", path);
	return text && write_file(path, text, strlen(text));
}
