/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXCERPT_H
#define EXCERPT_H

#include <stddef.h>

char *clean_text(const char *data, size_t size);
char *read_excerpt(const char *path, size_t max, char **splat);

#endif
