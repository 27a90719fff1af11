/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells on one screen what a kernel has of the series and what it gets wrong. */
#ifndef SURVEY_H
#define SURVEY_H

#include <stdio.h>

#include "seen.h"

/**
 * struct survey - all boots of one kernel
 * @seen: what each of them lets see
 * @nr: how many
 * @config: the kernel's configuration, empty if it is not known
 */
struct survey {
	struct seen *seen;
	size_t nr;
	char *config;
};

void survey_read(struct survey *survey, const struct runs *runs);
void survey_print(FILE *file, const struct survey *survey, const char *name);
int survey_exit_status(const struct survey *survey);
void survey_free(struct survey *survey);

#endif
