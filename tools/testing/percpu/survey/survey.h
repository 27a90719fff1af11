/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells on one screen what a kernel has of the series and what it gets wrong. */
#ifndef SURVEY_H
#define SURVEY_H

#include <stdint.h>
#include <stdio.h>

#include "seen.h"

#define MAX_FINDINGS	16

/**
 * struct finding - what all boots together say about one thing
 * @what: the thing
 * @text: what they say, owned
 * @wrong: that is wrong
 */
struct finding {
	const char *what;
	char *text;
	bool wrong;
};

/**
 * struct survey - all boots of one kernel
 * @seen: what each of them lets see
 * @nr: how many
 * @image: the kernel itself, NULL if it could not be read
 * @size: bytes of it
 * @symbols: what the guest states of the kernel's symbols, NULL if nothing
 * @findings: what the boots say together
 * @nr_findings: how many
 */
struct survey {
	struct seen *seen;
	size_t nr;
	uint8_t *image;
	size_t size;
	const char *symbols;
	struct finding findings[MAX_FINDINGS];
	size_t nr_findings;
};

void survey_read(struct survey *survey, const struct runs *runs, const char *image);
void survey_print(FILE *file, const struct survey *survey, const char *name);
int survey_exit_status(const struct survey *survey);
void survey_free(struct survey *survey);

#endif
