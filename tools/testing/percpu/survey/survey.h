/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel has of the series and what it gets wrong, on one screen. */
#ifndef SURVEY_H
#define SURVEY_H

#include <stdio.h>

#include "util.h"

int survey(FILE *file, const char *name, const char *image, const struct strv *dirs);

#endif
