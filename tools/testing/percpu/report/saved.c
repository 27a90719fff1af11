// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "saved.h"
#include "text.h"
#include "util.h"

static const char * const status_names[] = {
	[KTAP_OK] = "ok",
	[KTAP_FAIL] = "fail",
	[KTAP_SKIP] = "skip",
};

static json_t *pack_string(const char *string)
{
	char *text = string ? text_utf8(string, strlen(string)) : NULL;
	json_t *json = text ? json_string(text) : json_null();

	free(text);
	return json;
}

static json_t *pack_node(const struct node *node)
{
	return json_pack("{s:I, s:I, s:i}", "start", (json_int_t)node->start,
			 "size", (json_int_t)node->size, "harts", node->harts);
}

static json_t *pack_machine(const struct machine *machine)
{
	json_t *nodes = json_array(), *ids = json_array();
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		json_array_append_new(nodes, pack_node(&machine->nodes[i]));
	for (i = 0; i < machine->harts; i++)
		json_array_append_new(ids, json_integer(machine->ids[i]));
	return json_pack("{s:o, s:i, s:i, s:o, s:o, s:i}",
			 "name", pack_string(machine->name), "harts", machine->harts,
			 "possible", machine->possible, "nodes", nodes, "ids", ids,
			 "boot", machine->boot);
}

static json_t *pack_cell(const struct cell *cell)
{
	json_t *json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}",
				 "name", pack_string(cell->name),
				 "kernel", pack_string(cell->kernel),
				 "machine", pack_machine(cell->machine),
				 "paging", pack_string(cell->paging),
				 "alloc", pack_string(cell->alloc),
				 "chunk", pack_string(cell->chunk),
				 "fails", verdict_name(cell->fails),
				 "console", pack_string(cell->console));
	json_t *more = json_pack("{s:i, s:i, s:i, s:b, s:b, s:b, s:i, s:i, s:o, s:o, s:i}",
				 "nr_cpus", cell->nr_cpus,
				 "maxcpus", cell->maxcpus,
				 "fault", cell->fault,
				 "numa_off", cell->numa_off,
				 "units_anywhere", cell->units_anywhere,
				 "kvm", cell->kvm,
				 "kexecs", cell->kexecs,
				 "transitions", cell->transitions,
				 "tests", pack_string(cell->tests),
				 "initrd", pack_string(cell->initrd),
				 "timeout", cell->timeout);

	json_object_update(json, more);
	json_decref(more);
	return json;
}

static json_t *pack_test(const struct ktap_test *test)
{
	return json_pack("{s:o, s:s, s:o}", "name", pack_string(test->name),
			 "status", status_names[test->status], "why", pack_string(test->why));
}

static json_t *pack_tests(const struct ktap *ktap)
{
	json_t *tests = json_array();
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++)
		json_array_append_new(tests, pack_test(&ktap->tests[i]));
	return tests;
}

static json_t *pack_fact(const struct ktap_fact *fact)
{
	return json_pack("{s:i, s:o, s:o}", "generation", fact->generation,
			 "key", pack_string(fact->key), "value", pack_string(fact->value));
}

static json_t *pack_facts(const struct ktap *ktap)
{
	json_t *facts = json_array();
	size_t i;

	for (i = 0; i < ktap->nr_facts; i++)
		json_array_append_new(facts, pack_fact(&ktap->facts[i]));
	return facts;
}

static json_t *pack_result(const struct result *result)
{
	return json_pack("{s:o, s:o, s:s, s:b, s:o, s:f, s:f, s:o, s:o}",
			 "name", pack_string(result->name),
			 "cell", result->cell ? pack_cell(result->cell) : json_null(),
			 "verdict", verdict_name(result->verdict),
			 "skipped", result->skipped,
			 "reason", pack_string(result->reason),
			 "started", result->started,
			 "seconds", result->seconds,
			 "tests", pack_tests(&result->tests),
			 "facts", pack_facts(&result->tests));
}

/**
 * json_write() - write JSON to a file
 * @json: the JSON, taken over; NULL when there was no memory for it
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool json_write(json_t *json, const char *path)
{
	char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	bool ok = text && write_file(path, text, strlen(text));

	if (!text)
		error("cannot write %s: out of memory", path);
	free(text);
	json_decref(json);
	return ok;
}

/**
 * saved_write() - keep all results
 * @report: the report
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool saved_write(const struct report *report, const char *path)
{
	json_t *results = json_array();
	size_t i;

	for (i = 0; i < report->nr; i++)
		json_array_append_new(results, pack_result(&report->results[i]));
	return json_write(json_pack("{s:o}", "results", results), path);
}

/**
 * saved_write_results() - write what a run leaves for people and for other programs
 * @report: all results
 * @dir: directory that gets results.ktap and results.json
 *
 * Return: true if both were written; else the user has been told.
 */
bool saved_write_results(const struct report *report, const char *dir)
{
	char *ktap = xasprintf("%s/results.ktap", dir);
	char *json = xasprintf("%s/results.json", dir);
	bool ok = report_write_ktap(report, ktap) && saved_write(report, json);

	free(json);
	free(ktap);
	return ok;
}

/**
 * saved_write_result() - keep one result
 * @result: the result
 * @inputs: what it was made from
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool saved_write_result(const struct result *result, const char *inputs, const char *path)
{
	return json_write(json_pack("{s:o, s:o}", "inputs", pack_string(inputs),
				    "result", pack_result(result)), path);
}

static bool fail(json_error_t *why, const char *what, const char *word)
{
	snprintf(why->text, sizeof(why->text), "%s: %.80s", what, word);
	return false;
}

static bool copy_word(char *dst, size_t size, const char *word, json_error_t *why)
{
	return (size_t)snprintf(dst, size, "%s", word) < size || fail(why, "too long", word);
}

/* What may be null, as a copy */
static bool copy_string(json_t *object, const char *key, char **string, json_error_t *why)
{
	json_t *json = json_object_get(object, key);

	if (!json_is_string(json) && !json_is_null(json))
		return fail(why, "not a string", key);
	*string = json_is_null(json) ? NULL : xasprintf("%s", json_string_value(json));
	return true;
}

static bool in_range(json_int_t number, json_int_t max, const char *what, json_error_t *why)
{
	return (number >= 0 && number <= max) || fail(why, "out of range", what);
}

static bool parse_node(json_t *json, struct machine *machine, json_error_t *why)
{
	struct node *node = &machine->nodes[machine->nr_nodes++];
	json_int_t start, size, harts;

	if (json_unpack_ex(json, why, 0, "{s:I, s:I, s:I}", "start", &start, "size", &size,
			   "harts", &harts) ||
	    !in_range(start, INT64_MAX / 2, "start", why) ||
	    !in_range(size, INT64_MAX / 2, "size", why) ||
	    !in_range(harts, MAX_HARTS, "harts", why))
		return false;
	*node = (struct node){ start, size, harts };
	return true;
}

static bool parse_nodes(json_t *nodes, struct machine *machine, json_error_t *why)
{
	size_t i;
	json_t *json;

	if (!json_is_array(nodes) || !json_array_size(nodes) || json_array_size(nodes) > MAX_NODES)
		return fail(why, "not 1 to 8 nodes", machine->name);
	json_array_foreach(nodes, i, json)
		if (!parse_node(json, machine, why))
			return false;
	return true;
}

static bool parse_ids(json_t *ids, struct machine *machine, json_error_t *why)
{
	size_t i;
	json_t *json;

	if (!json_is_array(ids) || json_array_size(ids) != machine->harts)
		return fail(why, "not an id for each hart", machine->name);
	json_array_foreach(ids, i, json) {
		if (!json_is_integer(json) ||
		    !in_range(json_integer_value(json), UINT32_MAX, "ids", why))
			return fail(why, "not the id of a hart", machine->name);
		machine->ids[i] = json_integer_value(json);
	}
	return true;
}

static bool parse_machine(json_t *json, struct machine *machine, json_error_t *why)
{
	json_int_t harts, possible, boot;
	json_t *nodes, *ids;
	const char *name;

	if (json_unpack_ex(json, why, 0, "{s:s, s:I, s:I, s:o, s:o, s:I}", "name", &name,
			   "harts", &harts, "possible", &possible, "nodes", &nodes, "ids", &ids,
			   "boot", &boot) ||
	    !copy_word(machine->name, sizeof(machine->name), name, why) ||
	    !in_range(harts, MAX_HARTS, "harts", why) ||
	    !in_range(possible, MAX_HARTS, "possible", why) ||
	    !in_range(boot + 1, INT32_MAX, "boot", why))
		return false;
	machine->harts = harts;
	machine->possible = possible;
	machine->boot = boot;
	return parse_nodes(nodes, machine, why) && parse_ids(ids, machine, why);
}

/* What a cell has beside its words */
static bool parse_cell_numbers(json_t *json, struct cell *cell, json_error_t *why)
{
	json_int_t nr_cpus, maxcpus, fault, kexecs, transitions, timeout;
	int numa_off, units_anywhere, kvm;

	if (json_unpack_ex(json, why, 0, "{s:I, s:I, s:I, s:b, s:b, s:b, s:I, s:I, s:I}",
			   "nr_cpus", &nr_cpus, "maxcpus", &maxcpus, "fault", &fault,
			   "numa_off", &numa_off, "units_anywhere", &units_anywhere, "kvm", &kvm,
			   "kexecs", &kexecs, "transitions", &transitions,
			   "timeout", &timeout) ||
	    !in_range(nr_cpus, INT32_MAX, "nr_cpus", why) ||
	    !in_range(maxcpus, INT32_MAX, "maxcpus", why) ||
	    !in_range(fault, INT32_MAX, "fault", why) ||
	    !in_range(kexecs, INT32_MAX, "kexecs", why) ||
	    !in_range(transitions, INT32_MAX, "transitions", why) ||
	    !in_range(timeout, INT32_MAX, "timeout", why))
		return false;
	cell->nr_cpus = nr_cpus;
	cell->maxcpus = maxcpus;
	cell->fault = fault;
	cell->numa_off = numa_off;
	cell->units_anywhere = units_anywhere;
	cell->kvm = kvm;
	cell->kexecs = kexecs;
	cell->transitions = transitions;
	cell->timeout = timeout;
	return true;
}

static bool parse_cell(json_t *json, struct cell *cell, struct machine *machine,
		       json_error_t *why)
{
	const char *name, *kernel, *paging, *alloc, *chunk, *tests, *initrd, *fails, *console;
	json_t *machine_json;

	if (json_unpack_ex(json, why, 0, "{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
			   "name", &name, "kernel", &kernel, "machine", &machine_json,
			   "paging", &paging, "alloc", &alloc, "chunk", &chunk,
			   "tests", &tests, "initrd", &initrd, "fails", &fails,
			   "console", &console) ||
	    !copy_word(cell->name, sizeof(cell->name), name, why) ||
	    !copy_word(cell->kernel, sizeof(cell->kernel), kernel, why) ||
	    !copy_word(cell->paging, sizeof(cell->paging), paging, why) ||
	    !copy_word(cell->alloc, sizeof(cell->alloc), alloc, why) ||
	    !copy_word(cell->chunk, sizeof(cell->chunk), chunk, why) ||
	    !copy_word(cell->tests, sizeof(cell->tests), tests, why) ||
	    !copy_word(cell->initrd, sizeof(cell->initrd), initrd, why) ||
	    !copy_word(cell->console, sizeof(cell->console), console, why))
		return false;
	cell->fails = verdict_from_name(fails);
	if (cell->fails == NR_VERDICTS)
		return fail(why, "not a verdict", fails);
	return parse_cell_numbers(json, cell, why) && parse_machine(machine_json, machine, why);
}

static bool parse_test(json_t *json, struct ktap *ktap, json_error_t *why)
{
	const char *name, *status;
	unsigned int i = 0;
	char *reason;

	if (json_unpack_ex(json, why, 0, "{s:s, s:s}", "name", &name, "status", &status))
		return false;
	while (i < ARRAY_SIZE(status_names) && strcmp(status, status_names[i]))
		i++;
	if (i == ARRAY_SIZE(status_names))
		return fail(why, "not ok, fail or skip", status);
	if (!copy_string(json, "why", &reason, why))
		return false;
	ktap_add_test(ktap, i, xasprintf("%s", name), reason);
	return true;
}

static bool parse_fact(json_t *json, struct ktap *ktap, json_error_t *why)
{
	const char *key, *value;
	json_int_t generation;

	if (json_unpack_ex(json, why, 0, "{s:I, s:s, s:s}", "generation", &generation,
			   "key", &key, "value", &value) ||
	    !in_range(generation, INT32_MAX, "generation", why))
		return false;
	ktap->facts = xrealloc(ktap->facts, (ktap->nr_facts + 1) * sizeof(*ktap->facts));
	ktap->facts[ktap->nr_facts++] =
		(struct ktap_fact){ generation, xasprintf("%s", key), xasprintf("%s", value) };
	return true;
}

static bool parse_list(json_t *list, struct ktap *ktap, json_error_t *why,
		       bool (*parse)(json_t *json, struct ktap *ktap, json_error_t *why))
{
	size_t i;
	json_t *json;

	json_array_foreach(list, i, json)
		if (!parse(json, ktap, why))
			return false;
	return json_is_array(list) || fail(why, "not a list", "tests or facts");
}

static void own_cell(struct result *result)
{
	struct machine *machine = xrealloc(NULL, sizeof(*machine));

	result->cell = xrealloc(NULL, sizeof(*result->cell));
	*machine = (struct machine){ 0 };
	*result->cell = (struct cell){ .machine = machine };
}

/* No time that a run can have is refused, and no other is let in */
static bool times_ok(const struct result *result, json_error_t *why)
{
	return (result->started >= 0 && result->started < 1e11 && result->seconds >= 0 &&
		result->seconds < 1e9) || fail(why, "out of range", "started or seconds");
}

/* @result may own something even if this fails */
static bool parse_result(json_t *json, struct result *result, json_error_t *why)
{
	const char *name, *verdict;
	json_t *cell, *tests, *facts;
	int skipped;

	if (json_unpack_ex(json, why, 0, "{s:s, s:o, s:s, s:b, s:F, s:F, s:o, s:o}",
			   "name", &name, "cell", &cell, "verdict", &verdict,
			   "skipped", &skipped, "started", &result->started,
			   "seconds", &result->seconds, "tests", &tests, "facts", &facts) ||
	    !copy_string(json, "reason", &result->reason, why))
		return false;
	result->name = xasprintf("%s", name);
	result->skipped = skipped;
	result->verdict = verdict_from_name(verdict);
	if (result->verdict == NR_VERDICTS)
		return fail(why, "not a verdict", verdict);
	if (!times_ok(result, why))
		return false;
	if (!parse_list(tests, &result->tests, why, parse_test) ||
	    !parse_list(facts, &result->tests, why, parse_fact))
		return false;
	if (json_is_null(cell))
		return true;
	own_cell(result);
	return parse_cell(cell, result->cell, (struct machine *)result->cell->machine, why);
}

static const struct result *find_result(const struct report *report, const char *name)
{
	size_t i;

	for (i = 0; i < report->nr; i++)
		if (!strcmp(report->results[i].name, name))
			return &report->results[i];
	return NULL;
}

static bool add_result(struct report *report, json_t *json, json_error_t *why)
{
	struct result *result;
	const char *name = json_string_value(json_object_get(json, "name"));

	if (name && find_result(report, name))
		return fail(why, "second result of that name", name);
	report->results = xrealloc(report->results, (report->nr + 1) * sizeof(*result));
	result = &report->results[report->nr++];
	*result = (struct result){ 0 };
	ktap_init(&result->tests);
	return parse_result(json, result, why);
}

/* Moves all of @from to the end of @to */
static void move_results(struct report *to, struct report *from)
{
	if (!from->nr)
		return;
	to->results = xrealloc(to->results, (to->nr + from->nr) * sizeof(*to->results));
	memcpy(to->results + to->nr, from->results, from->nr * sizeof(*to->results));
	to->nr += from->nr;
	free(from->results);
	*from = (struct report){ 0 };
}

/**
 * saved_read() - read results that were kept
 * @report: gets them after its own
 * @path: the file
 *
 * Return: true if all of it was read; else the user has been told and nothing
 * was added.
 */
bool saved_read(struct report *report, const char *path)
{
	size_t size, i;
	char *data = read_file(path, &size);
	struct report read = { 0 };
	json_t *root, *results = NULL, *json;
	json_error_t why;
	bool ok = false;

	if (!data)
		return false;
	root = json_loadb(data, size, JSON_REJECT_DUPLICATES, &why);
	free(data);
	if (root && !json_unpack_ex(root, &why, 0, "{s:o}", "results", &results)) {
		ok = json_is_array(results) || fail(&why, "not a list", "results");
		json_array_foreach(results, i, json)
			ok = ok && add_result(&read, json, &why);
	}
	json_decref(root);
	if (ok)
		move_results(report, &read);
	else
		error("%s: not results.json of percpu-qemu: %s; run it again", path, why.text);
	report_free(&read);
	return ok;
}

/**
 * saved_read_result() - read one result again if it still holds
 * @report: gets it after its own
 * @inputs: what it must have been made from
 * @path: the file
 *
 * Return: true if it was there, whole, and made from the same.
 */
bool saved_read_result(struct report *report, const char *inputs, const char *path)
{
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	json_t *wanted = pack_string(inputs);
	struct report read = { 0 };
	json_error_t why;
	bool ok;

	ok = json_equal(json_object_get(root, "inputs"), wanted) &&
	     add_result(&read, json_object_get(root, "result"), &why);
	if (ok)
		move_results(report, &read);
	report_free(&read);
	json_decref(wanted);
	json_decref(root);
	return ok;
}

static bool have_no_other(const struct runs *runs, const struct report *read, const char *path)
{
	size_t i;

	for (i = 0; i < runs->report.nr; i++) {
		const char *name = runs->report.results[i].name;

		if (!find_result(read, name))
			continue;
		error("%s and %s both have a result of %s; give one of them", runs->paths[i],
		      path, name);
		return false;
	}
	return true;
}

/**
 * runs_add() - read the results of one more run
 * @runs: gets them
 * @path: its results.json, which must outlive @runs
 *
 * Return: true if all of it was read and none of it was there; else the user has
 * been told and nothing was added.
 */
bool runs_add(struct runs *runs, const char *path)
{
	struct report read = { 0 };
	size_t i;
	bool ok = saved_read(&read, path) && have_no_other(runs, &read, path);

	if (ok && read.nr) {
		runs->paths = xrealloc(runs->paths,
				       (runs->report.nr + read.nr) * sizeof(*runs->paths));
		for (i = 0; i < read.nr; i++)
			runs->paths[runs->report.nr + i] = path;
		move_results(&runs->report, &read);
	}
	report_free(&read);
	return ok;
}

/**
 * runs_file() - where a cell left a file
 * @runs: the runs
 * @i: number of the result
 * @file: the file's name
 *
 * Return: the path, owned by the caller; NULL if the cell's name, which anybody can
 * have written, is not that of a directory beside the results.
 */
char *runs_file(const struct runs *runs, size_t i, const char *file)
{
	const char *name = runs->report.results[i].name;
	const char *slash = strrchr(runs->paths[i], '/');
	int len = slash ? slash - runs->paths[i] + 1 : 0;

	if (!*name || *name == '.' || strchr(name, '/'))
		return NULL;
	return xasprintf("%.*s%s/%s", len, runs->paths[i], name, file);
}

/**
 * runs_started() - when the first of the runs began
 * @runs: the runs
 *
 * Return: seconds since 1970, 0 if no result says when it began.
 */
double runs_started(const struct runs *runs)
{
	double first = 0;
	size_t i;

	for (i = 0; i < runs->report.nr; i++) {
		double started = runs->report.results[i].started;

		if (started && (!first || started < first))
			first = started;
	}
	return first;
}

/**
 * fact_title() - what to call a fact where each has a name of its own
 * @fact: the fact
 *
 * Return: its key, and after which kexec; owned by the caller.
 */
char *fact_title(const struct ktap_fact *fact)
{
	if (!fact->generation)
		return xasprintf("%s", fact->key);
	return xasprintf("%s after kexec %u", fact->key, fact->generation);
}

/**
 * runs_free() - free all results
 * @runs: empty afterwards
 */
void runs_free(struct runs *runs)
{
	report_free(&runs->report);
	free(runs->paths);
	*runs = (struct runs){ 0 };
}
