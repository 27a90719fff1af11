/* SPDX-License-Identifier: GPL-2.0-only */
/* Made-up results for the tests of what is written of results. */
#ifndef MADE_UP_H
#define MADE_UP_H

#include "saved.h"
#include "test.h"

/* Everything that some format gives a meaning to, and bytes that are no text */
#define HOSTILE		"<script>alert(\"1\")</script>&amp;'\\u0000]]>\x01\x1b\xff\xc0\xaf\xed\xa0\x80#%s"
/* What is left of it where control characters are allowed */
#define BAD		"\xef\xbf\xbd"

/* The results, and the directory that they are in */
struct made_up {
	char *dir;
	char *path;
	struct report report;
	struct runs runs;
};

static inline struct made_up make_up(void)
{
	char *dir = make_file("", 0);

	unlink(dir);
	assert_true(make_dir(dir));
	return (struct made_up){ .dir = dir, .path = xasprintf("%s/results.json", dir) };
}

static inline struct result *add_result(struct report *report, const char *name,
					enum verdict verdict, const char *reason)
{
	struct result *result;

	report->results = xrealloc(report->results, (report->nr + 1) * sizeof(*result));
	result = &report->results[report->nr++];
	*result = (struct result){
		.name = xasprintf("%s", name),
		.verdict = verdict,
		.reason = reason ? xasprintf("%s", reason) : NULL,
		.started = 1763784000.25,
		.seconds = 2.5,
	};
	ktap_init(&result->tests);
	return result;
}

static inline void add_test(struct result *result, enum ktap_status status, const char *name,
			    const char *why)
{
	ktap_add_test(&result->tests, status, xasprintf("%s", name),
		      why ? xasprintf("%s", why) : NULL);
}

static inline void add_fact(struct result *result, const char *key, const char *value)
{
	char *text = xasprintf("KTAP version 1\n# fact %s %s\n", key, value);

	ktap_feed(&result->tests, text, strlen(text));
	free(text);
}

/* A cell "6.1.numa.page.sv39.MACHINE" on two nodes, 512 MiB each and 88 GiB apart */
static inline struct result *add_cell(struct report *report, const char *machine,
				      enum verdict verdict, const char *reason)
{
	const struct machine empty = { 0 };
	const struct cell none = { .machine = &empty };
	struct cell *cell = cell_copy(&none);
	struct machine *made = (struct machine *)cell->machine;
	struct result *result;

	*made = (struct machine){
		.harts = 4, .possible = 5, .nr_nodes = 2, .boot = -1,
		.nodes = { { 0, 512 << 20, 1 }, { (88ULL << 30) + (512 << 20), 512 << 20, 3 } },
		.ids = { 0, 2, 3, 7 },
	};
	*cell = (struct cell){
		.machine = made, .kernel = "numa", .paging = "sv39", .alloc = "page",
		.chunk = "page",
	};
	snprintf(made->name, sizeof(made->name), "%s", machine);
	snprintf(cell->name, sizeof(cell->name), "6.1.numa.page.sv39.%s", machine);
	result = add_result(report, cell->name, verdict, reason);
	result->cell = cell;
	return result;
}

/* A file that a cell left */
static inline void leave_file(const struct made_up *made, const char *cell, const char *name,
			      const void *data, size_t size)
{
	char *dir = xasprintf("%s/%s", made->dir, cell);
	char *path = xasprintf("%s/%s", dir, name);

	assert_true(make_dir(dir));
	assert_true(write_file(path, data, size));
	free(path);
	free(dir);
}

/* As if they were judged by the directories that they left */
static inline void adopt(struct made_up *made)
{
	size_t i;

	made->runs.report = made->report;
	made->report = (struct report){ 0 };
	for (i = 0; i < made->runs.report.nr; i++)
		made->runs.report.results[i].dir =
			xasprintf("%s/%s", made->dir, made->runs.report.results[i].name);
}

/* What @write makes of the results; owned by the caller */
static inline char *written(struct made_up *made,
			    bool (*write)(const struct runs *runs, const char *path))
{
	char *path = xasprintf("%s/written", made->dir);
	char *text;

	adopt(made);
	assert_true(write(&made->runs, path));
	text = read_file(path, NULL);
	assert_non_null(text);
	free(path);
	return text;
}

/* Expects that what cannot be written is said and leaves no file */
static inline void assert_not_written(bool (*write)(const struct runs *runs, const char *path))
{
	struct runs runs = { 0 };
	const char *message;
	bool ok;

	stderr_begin();
	ok = write(&runs, "/missing/directory/file");
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, "cannot write /missing/directory/file");
	assert_int_equal(count_lines(message), 1);
}

static inline void drop_made_up(struct made_up *made)
{
	char *command = xasprintf("rm -rf '%s'", made->dir);

	assert_int_equal(system(command), 0);
	free(command);
	report_free(&made->runs.report);
	report_free(&made->report);
	free(made->path);
	free(made->dir);
}

static inline size_t count_parts(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static inline void check_lacks(const char *text, const char *part, const char *file, int line)
{
	if (!strstr(text, part))
		return;
	print_error("there is \"%s\"\n", part);
	_fail(file, line);
}

#define assert_lacks(text, part)	check_lacks(text, part, __FILE__, __LINE__)

#endif
