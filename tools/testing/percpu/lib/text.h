/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes text of what a guest or a user wrote, which may be any bytes. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct excerpt - the part of a console that a person wants to see
 * @before: what came before the first splat; all of it when there was none
 * @splat: the line of the first splat, empty if there was none
 * @after: what came after it
 * @cut_start: bytes of the console left out before @before
 * @cut_end: bytes left out after @after
 */
struct excerpt {
	char *before;
	char *splat;
	char *after;
	size_t cut_start;
	size_t cut_end;
};

char *text_utf8(const char *data, size_t size);
char *text_xml(const char *data, size_t size);
bool excerpt_read(struct excerpt *excerpt, const char *path, size_t max);
char *excerpt_join(const struct excerpt *excerpt);
void excerpt_free(struct excerpt *excerpt);

#endif
