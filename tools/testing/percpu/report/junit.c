// SPDX-License-Identifier: GPL-2.0-only
/*
 * A suite for each cell and document, in the form that Ant made and that Jenkins
 * and others read. It has a number of seconds for each test; nothing times the
 * tests in a guest, so only the suites have one that is not 0.
 */
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "junit.h"
#include "text.h"
#include "util.h"

#define CONSOLE_SIZE	(64 << 10)
#define PACKAGE		"percpu_first_chunk"

/* What a suite or a run came to */
struct count {
	size_t tests;
	size_t failures;
	size_t errors;
	size_t skipped;
	double seconds;
};

static void attribute(xmlTextWriter *writer, const char *name, const char *value)
{
	char *text = text_xml(value, strlen(value));

	xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST text);
	free(text);
}

static void number(xmlTextWriter *writer, const char *name, size_t value)
{
	xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%zu", value);
}

static void content(xmlTextWriter *writer, const char *value)
{
	char *text = text_xml(value, strlen(value));

	xmlTextWriterWriteString(writer, BAD_CAST text);
	free(text);
}

static void begin(xmlTextWriter *writer, const char *name)
{
	xmlTextWriterStartElement(writer, BAD_CAST name);
}

static void end(xmlTextWriter *writer)
{
	xmlTextWriterEndElement(writer);
}

/* Not the kernel's fault */
static bool is_error(const struct result *result)
{
	return result->verdict == VERDICT_HARNESS || result->verdict == VERDICT_CRASH;
}

/* A result that none of its tests accounts for is a test of its own */
static bool stands_alone(const struct result *result)
{
	return !result->tests.nr_tests ||
	       (result->verdict != VERDICT_PASS && !ktap_first_failure(&result->tests));
}

static struct ktap_test own_test(const struct result *result)
{
	struct ktap_test test = { .name = "verdict", .why = result->reason };

	if (result->verdict != VERDICT_PASS)
		test.status = KTAP_FAIL;
	else
		test.status = result->skipped ? KTAP_SKIP : KTAP_OK;
	return test;
}

static void count_test(struct count *count, const struct result *result, enum ktap_status status)
{
	count->tests++;
	if (status == KTAP_SKIP)
		count->skipped++;
	else if (status == KTAP_FAIL && is_error(result))
		count->errors++;
	else if (status == KTAP_FAIL)
		count->failures++;
}

static void count_result(struct count *count, const struct result *result)
{
	size_t i;

	for (i = 0; i < result->tests.nr_tests; i++)
		count_test(count, result, result->tests.tests[i].status);
	if (stands_alone(result))
		count_test(count, result, own_test(result).status);
	count->seconds += result->seconds;
}

static void write_count(xmlTextWriter *writer, const struct count *count)
{
	number(writer, "tests", count->tests);
	number(writer, "failures", count->failures);
	number(writer, "errors", count->errors);
	number(writer, "skipped", count->skipped);
	xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "time", "%.3f", count->seconds);
}

static void write_property(xmlTextWriter *writer, const char *name, const char *value)
{
	begin(writer, "property");
	attribute(writer, "name", name);
	attribute(writer, "value", value);
	end(writer);
}

static void write_cell_properties(xmlTextWriter *writer, const struct cell *cell)
{
	write_property(writer, "kernel", cell->kernel);
	write_property(writer, "machine", cell->machine->name);
	write_property(writer, "paging", cell->paging);
	write_property(writer, "alloc", *cell->alloc ? cell->alloc : "auto");
	write_property(writer, "first chunk", cell->chunk);
	if (cell->fails != VERDICT_PASS)
		write_property(writer, "control", verdict_name(cell->fails));
}

static void write_properties(xmlTextWriter *writer, const struct result *result)
{
	const struct ktap *ktap = &result->tests;
	char *title, *name;
	size_t i;

	begin(writer, "properties");
	write_property(writer, "verdict", verdict_name(result->verdict));
	if (result->reason)
		write_property(writer, "reason", result->reason);
	if (result->cell)
		write_cell_properties(writer, result->cell);
	for (i = 0; i < ktap->nr_facts; i++) {
		title = fact_title(&ktap->facts[i]);
		name = xasprintf("fact %s", title);
		write_property(writer, name, ktap->facts[i].value);
		free(name);
		free(title);
	}
	end(writer);
}

static void write_failure(xmlTextWriter *writer, const struct result *result, const char *why)
{
	const char *reason = result->reason ? result->reason : "";

	begin(writer, is_error(result) ? "error" : "failure");
	attribute(writer, "message", why ? why : reason);
	attribute(writer, "type", verdict_name(result->verdict));
	content(writer, reason);
	end(writer);
}

static void write_test(xmlTextWriter *writer, const struct result *result,
		       const struct ktap_test *test)
{
	begin(writer, "testcase");
	attribute(writer, "name", test->name);
	attribute(writer, "classname", result->name);
	attribute(writer, "time", "0.000");
	if (test->status == KTAP_FAIL) {
		write_failure(writer, result, test->why);
	} else if (test->status == KTAP_SKIP) {
		begin(writer, "skipped");
		attribute(writer, "message", test->why ? test->why : "");
		end(writer);
	}
	end(writer);
}

static void write_console(xmlTextWriter *writer, const struct runs *runs, size_t i)
{
	char *path = runs_file(runs, i, "console.log");
	char *text = path ? text_tail(path, CONSOLE_SIZE) : NULL;

	if (text) {
		begin(writer, "system-out");
		xmlTextWriterWriteString(writer, BAD_CAST text);
		end(writer);
	}
	free(text);
	free(path);
}

static void write_suite(xmlTextWriter *writer, const struct runs *runs, size_t i)
{
	const struct result *result = &runs->report.results[i];
	double started = result->started ? result->started : runs_started(runs);
	char *timestamp = text_time(started, "%Y-%m-%dT%H:%M:%S");
	const struct ktap_test own = own_test(result);
	struct count count = { 0 };
	size_t test;

	count_result(&count, result);
	begin(writer, "testsuite");
	attribute(writer, "name", result->name);
	number(writer, "id", i);
	attribute(writer, "package", PACKAGE);
	attribute(writer, "timestamp", timestamp);
	attribute(writer, "hostname", "localhost");
	write_count(writer, &count);
	write_properties(writer, result);
	for (test = 0; test < result->tests.nr_tests; test++)
		write_test(writer, result, &result->tests.tests[test]);
	if (stands_alone(result))
		write_test(writer, result, &own);
	if (result->verdict != VERDICT_PASS)
		write_console(writer, runs, i);
	end(writer);
	free(timestamp);
}

static void write_document(xmlTextWriter *writer, const struct runs *runs)
{
	struct count count = { 0 };
	size_t i;

	for (i = 0; i < runs->report.nr; i++)
		count_result(&count, &runs->report.results[i]);
	xmlTextWriterSetIndent(writer, 1);
	xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
	begin(writer, "testsuites");
	attribute(writer, "name", PACKAGE);
	write_count(writer, &count);
	for (i = 0; i < runs->report.nr; i++)
		write_suite(writer, runs, i);
	end(writer);
	xmlTextWriterEndDocument(writer);
}

/**
 * junit_write() - write all results as JUnit XML
 * @runs: the results, with the console of each failure beside them
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool junit_write(const struct runs *runs, const char *path)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlTextWriter *writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
	bool ok = writer;

	if (ok) {
		write_document(writer, runs);
		xmlFreeTextWriter(writer);
		ok = write_file(path, xmlBufferContent(buffer), xmlBufferLength(buffer));
	} else {
		error("cannot write %s: out of memory", path);
	}
	xmlBufferFree(buffer);
	return ok;
}
