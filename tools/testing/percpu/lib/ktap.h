/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads KTAP, from the guest's result channel and from files: at most two levels. */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>
#include <stddef.h>

#define KTAP_LINE_SIZE	16384	/* a fact of 512 CPUs is one line; the rest is dropped */

enum ktap_status {
	KTAP_OK,
	KTAP_FAIL,
	KTAP_SKIP,
};

struct ktap_test {
	char *name;		/* of a nested test "outer: inner" */
	enum ktap_status status;
	char *why;		/* diagnostic before a failure, reason of a skip; may be NULL */
};

/* What a guest states about itself */
struct ktap_fact {
	unsigned int generation;	/* 0 at first, and one more after each kexec */
	char *key;
	char *value;
};

struct ktap_level {
	int planned;		/* -1 without a plan */
	int seen;		/* results so far */
	int failed;
};

struct ktap {
	char line[KTAP_LINE_SIZE];	/* the line under way */
	size_t len;
	bool started;			/* the version line was there */
	bool done;			/* "# done" was there */
	char *cell;			/* whose document it says to be, NULL if it does not */
	unsigned int generation;	/* of the facts that follow */
	char *diagnostic;		/* the last one, for a failure that follows */
	char *skip;			/* why the inner document has no tests */
	struct ktap_level level[2];
	struct ktap_test *tests;
	size_t nr_tests;
	struct ktap_fact *facts;
	size_t nr_facts;
	char *fault;			/* what is wrong with the document, NULL if nothing */
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
