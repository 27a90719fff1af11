// SPDX-License-Identifier: GPL-2.0-only
/*
 * A document that is not whole (no version, a plan that does not match, a
 * number out of order) has a fault, and a faulty document never passes.
 * See Documentation/dev-tools/ktap.rst in a kernel tree.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ktap.h"
#include "util.h"

#define MAX_TESTS	10000
#define MAX_FACTS	256
#define MAX_OUTER	256	/* of its name, which each of its inner tests gets */

void ktap_init(struct ktap *ktap)
{
	*ktap = (struct ktap){
		.level = { { .planned = -1 }, { .planned = -1 } },
	};
}

static void set_string(char **string, const char *value)
{
	free(*string);
	*string = value ? xasprintf("%s", value) : NULL;
}

static void fault(struct ktap *ktap, const char *what, const char *where)
{
	if (!ktap->fault)
		ktap->fault = xasprintf("%s: %s", what, where);
}

void ktap_add_test(struct ktap *ktap, enum ktap_status status, char *name, char *why)
{
	if (ktap->nr_tests == MAX_TESTS) {
		fault(ktap, "too many tests", name);
		free(name);
		free(why);
		return;
	}
	/* Grows at each power of two */
	if (!(ktap->nr_tests & (ktap->nr_tests - 1)))
		ktap->tests = xrealloc(ktap->tests,
				       (2 * ktap->nr_tests + 1) * sizeof(*ktap->tests));
	ktap->tests[ktap->nr_tests++] = (struct ktap_test){ name, status, why };
}

static void add_fact(struct ktap *ktap, const char *key, const char *value)
{
	if (ktap->nr_facts == MAX_FACTS) {
		fault(ktap, "too many facts", key);
		return;
	}
	ktap->facts = xrealloc(ktap->facts, (ktap->nr_facts + 1) * sizeof(*ktap->facts));
	ktap->facts[ktap->nr_facts++] =
		(struct ktap_fact){ ktap->generation, xasprintf("%s", key),
				    xasprintf("%s", value) };
}

static void parse_diagnostic(struct ktap *ktap, int depth, char *text)
{
	char *value;

	if (!strncmp(text, "fact ", 5)) {
		value = text + 5;
		text = strsep(&value, " ");
		add_fact(ktap, text, value ? value : "");
	} else if (!depth && !strncmp(text, "cell ", 5)) {
		set_string(&ktap->cell, text + 5);
	} else if (!depth && !strncmp(text, "generation ", 11)) {
		ktap->generation++;
	} else if (!depth && !strcmp(text, "done")) {
		ktap->done = true;
	} else {
		set_string(&ktap->diagnostic, text);
	}
}

/* Splits "name # SKIP why", also as kselftest has it: "# SKIP name" */
static bool cut_skip(char *text, char **why)
{
	char *hash = *text == '#' ? text : strstr(text, " #");
	char *word;

	*why = NULL;
	if (!hash)
		return false;
	word = hash + strspn(hash, " #");
	if (strncasecmp(word, "SKIP", 4))
		return false;
	word += 4;
	word += strspn(word, " :");
	if (hash == text)
		memmove(text, word, strlen(word) + 1);
	else
		*why = word;
	*hash = hash == text ? *hash : '\0';
	return true;
}

/* The inner tests since the last outer result get its name in front */
static void name_inner_tests(struct ktap *ktap, int inner, const char *outer)
{
	size_t i;
	char *name;

	for (i = ktap->nr_tests - inner; i < ktap->nr_tests; i++) {
		name = xasprintf("%.*s: %s", MAX_OUTER, outer, ktap->tests[i].name);
		free(ktap->tests[i].name);
		ktap->tests[i].name = name;
	}
}

/* Closes the inner level; true if the outer result says nothing new */
static bool close_inner(struct ktap *ktap, const char *outer, enum ktap_status status)
{
	struct ktap_level inner = ktap->level[1];

	ktap->level[1] = (struct ktap_level){ .planned = -1 };
	if (!inner.seen && inner.planned < 0)
		return false;
	if (inner.planned >= 0 && inner.planned != inner.seen && status != KTAP_FAIL)
		fault(ktap, "not as many results as planned", outer);
	if (inner.failed && status != KTAP_FAIL)
		fault(ktap, "passes with a failed test in it", outer);
	name_inner_tests(ktap, inner.seen, outer);
	return inner.seen && (status != KTAP_FAIL || inner.failed);
}

static void parse_result(struct ktap *ktap, int depth, char *text, enum ktap_status status)
{
	struct ktap_level *level = &ktap->level[depth];
	char *why, *end;
	long number = strtol(text, &end, 10);

	if (end == text || number != level->seen + 1)
		fault(ktap, "result out of order", text);
	level->seen++;
	text = end + strspn(end, " ");
	if (*text == '-')
		text += 1 + strspn(text + 1, " ");
	if (cut_skip(text, &why) && status == KTAP_OK)
		status = KTAP_SKIP;
	if (status == KTAP_FAIL) {
		level->failed++;
		if (!why)
			why = ktap->diagnostic;
	} else if (status == KTAP_SKIP && !depth && ktap->skip && (!why || !*why)) {
		why = ktap->skip;
	}
	if (depth || !close_inner(ktap, text, status))
		ktap_add_test(ktap, status, xasprintf("%s", *text ? text : "(no name)"),
			      why ? xasprintf("%s", why) : NULL);
	set_string(&ktap->diagnostic, NULL);
	if (!depth)
		set_string(&ktap->skip, NULL);
}

static void parse_plan(struct ktap *ktap, int depth, char *text)
{
	char *end, *why;
	long planned = strtol(text, &end, 10);

	if (end == text || planned < 0 || planned > MAX_TESTS || ktap->level[depth].planned >= 0)
		fault(ktap, "bad or second plan", text);
	else
		ktap->level[depth].planned = planned;
	if (depth && !planned && cut_skip(text, &why))
		set_string(&ktap->skip, why);
}

static void parse_line(struct ktap *ktap)
{
	char *text = ktap->line;
	int depth;

	ktap->line[ktap->len] = '\0';
	ktap->len = 0;
	depth = !strncmp(text, "  ", 2);
	text += strspn(text, " ");
	if (!strncmp(text, "KTAP version ", 13) || !strncmp(text, "TAP version ", 12))
		ktap->started = true;
	else if (!*text)
		return;
	else if (!ktap->started)
		fault(ktap, "no version before", text);
	else if (ktap->done && ktap->cell)
		fault(ktap, "continues after its end", text);
	else if (*text == '#')
		parse_diagnostic(ktap, depth, text + 1 + strspn(text + 1, " "));
	else if (!strncmp(text, "1..", 3))
		parse_plan(ktap, depth, text + 3);
	else if (!strncmp(text, "ok ", 3))
		parse_result(ktap, depth, text + 3, KTAP_OK);
	else if (!strncmp(text, "not ok ", 7))
		parse_result(ktap, depth, text + 7, KTAP_FAIL);
}

void ktap_feed(struct ktap *ktap, const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] == '\n')
			parse_line(ktap);
		else if (isprint((unsigned char)data[i]) && ktap->len < KTAP_LINE_SIZE - 1)
			ktap->line[ktap->len++] = data[i];
	}
}

void ktap_end(struct ktap *ktap)
{
	struct ktap_level *top = &ktap->level[0];

	if (ktap->len)
		parse_line(ktap);
	if (!ktap->started)
		fault(ktap, "empty", "no version line");
	else if (top->planned < 0)
		fault(ktap, "not whole", "no plan");
	else if (top->planned != top->seen)
		fault(ktap, "not whole", "not as many results as planned");
	else if (ktap->level[1].seen || ktap->level[1].planned >= 0)
		fault(ktap, "not whole", "nested results without their outer one");
}

/* NULL if it was not stated */
const char *ktap_fact(const struct ktap *ktap, unsigned int generation, const char *key)
{
	size_t i;

	for (i = 0; i < ktap->nr_facts; i++)
		if (ktap->facts[i].generation == generation && !strcmp(ktap->facts[i].key, key))
			return ktap->facts[i].value;
	return NULL;
}

void ktap_copy_facts(struct ktap *to, const struct ktap *from)
{
	size_t i;

	for (i = 0; i < from->nr_facts; i++) {
		to->generation = from->facts[i].generation;
		add_fact(to, from->facts[i].key, from->facts[i].value);
	}
}

/* NULL if none failed */
const struct ktap_test *ktap_first_failure(const struct ktap *ktap)
{
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++)
		if (ktap->tests[i].status == KTAP_FAIL)
			return &ktap->tests[i];
	return NULL;
}

void ktap_free(struct ktap *ktap)
{
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++) {
		free(ktap->tests[i].name);
		free(ktap->tests[i].why);
	}
	for (i = 0; i < ktap->nr_facts; i++) {
		free(ktap->facts[i].key);
		free(ktap->facts[i].value);
	}
	free(ktap->tests);
	free(ktap->facts);
	free(ktap->cell);
	free(ktap->diagnostic);
	free(ktap->skip);
	free(ktap->fault);
	ktap_init(ktap);
}
