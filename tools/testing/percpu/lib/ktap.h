/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads KTAP, from the guest's result channel and from files. */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>
#include <stddef.h>

#define KTAP_LINE_SIZE	16384	/* a fact of 512 CPUs is one line */

enum ktap_status {
	KTAP_OK,
	KTAP_FAIL,
	KTAP_SKIP,
};

/**
 * struct ktap_test - one result
 * @name: for a nested test "outer: inner"
 * @status: how it ended
 * @why: the diagnostic line before a failure, or the reason of a skip; may be NULL
 */
struct ktap_test {
	char *name;
	enum ktap_status status;
	char *why;
};

/**
 * struct ktap_fact - what a guest states about itself
 * @generation: 0 at first, and one more after each kexec
 * @key: one word
 * @value: the rest of the line
 */
struct ktap_fact {
	unsigned int generation;
	char *key;
	char *value;
};

/**
 * struct ktap_level - where the reader is at one level of nesting
 * @planned: number of tests of its plan, -1 without a plan
 * @seen: number of results so far
 * @failed: how many of them failed
 */
struct ktap_level {
	int planned;
	int seen;
	int failed;
};

/**
 * struct ktap - a document of at most two levels, read as it comes
 * @line: the line under way; the rest of a longer one is dropped
 * @len: its length
 * @started: the version line was there
 * @done: the line "# done" was there
 * @cell: the cell that the document says it is of, NULL if it says nothing
 * @generation: of the facts that come
 * @diagnostic: the last diagnostic line, for a failure that follows
 * @skip: why the inner document has no tests, for the outer result that follows
 * @level: state of both levels
 * @tests: the results
 * @nr_tests: how many
 * @facts: the facts
 * @nr_facts: how many
 * @fault: what is wrong with the document itself, NULL if nothing
 */
struct ktap {
	char line[KTAP_LINE_SIZE];
	size_t len;
	bool started;
	bool done;
	char *cell;
	unsigned int generation;
	char *diagnostic;
	char *skip;
	struct ktap_level level[2];
	struct ktap_test *tests;
	size_t nr_tests;
	struct ktap_fact *facts;
	size_t nr_facts;
	char *fault;
};

void ktap_init(struct ktap *ktap);
void ktap_feed(struct ktap *ktap, const char *data, size_t size);
void ktap_end(struct ktap *ktap);
void ktap_add_test(struct ktap *ktap, enum ktap_status status, char *name, char *why);
const char *ktap_fact(const struct ktap *ktap, unsigned int generation, const char *key);
void ktap_copy_facts(struct ktap *to, const struct ktap *from);
const struct ktap_test *ktap_first_failure(const struct ktap *ktap);
void ktap_free(struct ktap *ktap);

#endif
