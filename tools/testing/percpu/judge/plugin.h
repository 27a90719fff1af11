/* SPDX-License-Identifier: GPL-2.0-only */
/* The reports of QEMU's plugin, tools/tlb, in the directory of a cell. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <regex.h>
#include <stdbool.h>

#define TRANSLATIONS	"tlb.json"	/* of its sanitizer, for people in tlb.txt */
#define COSTS		"cost.json"

/* What the sanitizer found */
struct translations {
	char *fault;		/* what is wrong with the report, NULL if nothing */
	char *first;		/* an access to the first chunk or to its KASAN shadow that */
				/* would trap, and how many such; NULL if there is none */
	unsigned int nr_first;
	char *elsewhere;	/* likewise an access to anything else that would kill */
	unsigned int nr_elsewhere;
	char *absorbed;		/* accesses elsewhere that the kernel absorbs; NULL if none */
	bool seen;		/* one to the first chunk matches what a control waits for */
};

/* What was counted */
struct costs {
	char *fault;		/* likewise */
	unsigned int operations;	/* that the guest marked */
};

/* @wanted may be NULL */
void translations_read(struct translations *translations, const char *dir,
		       const regex_t *wanted);
void translations_free(struct translations *translations);
void costs_read(struct costs *costs, const char *dir);
void costs_free(struct costs *costs);

#endif
