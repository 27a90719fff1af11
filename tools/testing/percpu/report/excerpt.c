// SPDX-License-Identifier: GPL-2.0-only
/* The part of a console that a person wants to see, of characters that every reader takes. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "console.h"
#include "excerpt.h"
#include "util.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

/* Replaces bytes that are no UTF-8 and characters that are not printed; drops CR */
char *clean_text(const char *data, size_t size)
{
	static locale_t utf8;
	char *text = xrealloc(NULL, size * strlen(REPLACEMENT) + 1), *to = text;
	locale_t before;
	size_t i, n;
	wchar_t c;

	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	before = uselocale(utf8);
	for (i = 0; i < size; i += n) {
		mbstate_t state = { 0 };

		n = mbrtowc(&c, data + i, size - i, &state);
		if (n && n <= size && (iswprint(c) || c == '\t' || c == '\n')) {
			to = mempcpy(to, data + i, n);
			continue;
		}
		n = 1;
		if (data[i] != '\r')
			to = mempcpy(to, REPLACEMENT, strlen(REPLACEMENT));
	}
	*to = '\0';
	uselocale(before);
	return text;
}

static size_t line_end(const char *data, size_t from, size_t size)
{
	const char *newline = memchr(data + from, '\n', size - from);

	return newline ? (size_t)(newline - data) + 1 : size;
}

/* Where the first line that is a splat begins, @size if none is */
static size_t find_splat(const char *data, size_t size)
{
	struct console console = { 0 };
	size_t start, end;

	for (start = 0; start < size; start = end) {
		end = line_end(data, start, size);
		console_feed(&console, data + start, end - start);
		console_end(&console);
		if (*console.splat)
			break;
	}
	return start;
}

/**
 * read_excerpt() - read the lines of a console around its first splat, or its end
 * @path: its log
 * @max: bytes at most
 * @splat: gets the line of the splat, owned by the caller, NULL if there is none
 *
 * Return: the text, owned by the caller; NULL if the log cannot be read.
 */
char *read_excerpt(const char *path, size_t max, char **splat)
{
	size_t size, at, next, start = 0;
	char *data __free(free) = read_file(path, &size);

	*splat = NULL;
	if (!data)
		return NULL;
	at = find_splat(data, size);
	if (at < size)
		*splat = clean_text(data + at, strcspn(data + at, "\n"));
	/* What follows a splat says more than what came before */
	if (size > max)
		start = at > max / 4 ? at - max / 4 : 0;
	if (size > max && start > size - max)
		start = size - max;
	next = start ? line_end(data, start - 1, size) : 0;
	if (next <= at && next < size)
		start = next;
	return clean_text(data + start, size - start < max ? size - start : max);
}
