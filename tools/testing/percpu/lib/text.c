// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports are read by programs that give up at the first byte that their format
 * does not allow. What stands for such a byte is U+FFFD, the replacement
 * character, so that a reader sees that something was there.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "text.h"
#include "util.h"

#define REPLACEMENT		"\xef\xbf\xbd"
#define REPLACEMENT_SIZE	3

/* The character at @p in @code and its bytes, or 0 if it is none: cut off, longer
 * than it must be, a surrogate or beyond Unicode
 */
static size_t decode(const unsigned char *p, size_t left, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	size_t i;

	if ((*p & 0xc0) == 0x80 || *p >= 0xf8 || size > left)
		return 0;
	*code = size == 1 ? *p : *p & (0x7f >> size);
	for (i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (*code < smallest[size] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return size;
}

static bool xml_allows(uint32_t code)
{
	return code >= 0x20 ? code != 0xfffe && code != 0xffff : code == '\t' || code == '\n';
}

static char *clean(const char *data, size_t size, bool xml)
{
	char *text = xrealloc(NULL, size * REPLACEMENT_SIZE + 1);
	size_t i, n, len = 0;
	uint32_t code;

	for (i = 0; i < size; i += n ? n : 1) {
		n = decode((const unsigned char *)data + i, size - i, &code);
		if (n && (xml ? xml_allows(code) : code)) {
			memcpy(text + len, data + i, n);
			len += n;
		} else {
			memcpy(text + len, REPLACEMENT, REPLACEMENT_SIZE);
			len += REPLACEMENT_SIZE;
		}
	}
	text[len] = '\0';
	return text;
}

/**
 * text_utf8() - make valid UTF-8
 * @data: any bytes
 * @size: how many
 *
 * Return: the text with each bad byte and each NUL replaced, owned by the caller.
 */
char *text_utf8(const char *data, size_t size)
{
	return clean(data, size, false);
}

/**
 * text_xml() - make UTF-8 of characters that XML and HTML can hold
 * @data: any bytes
 * @size: how many
 *
 * Return: the text with each bad byte and character replaced, owned by the caller.
 */
char *text_xml(const char *data, size_t size)
{
	return clean(data, size, true);
}

/* Where a line of the console that is a splat begins, @size if none is; the same
 * judgement as while the cell ran
 */
static size_t find_splat(const char *data, size_t size)
{
	struct console console = { 0 };
	size_t start = 0, end;
	const char *newline;

	for (; start < size; start = end) {
		newline = memchr(data + start, '\n', size - start);
		end = newline ? (size_t)(newline - data) + 1 : size;
		console_feed(&console, data + start, end - start);
		if (!newline)
			console_end(&console);
		if (*console.splat)
			break;
	}
	return start;
}

static size_t line_end(const char *data, size_t from, size_t size)
{
	const char *newline = memchr(data + from, '\n', size - from);

	return newline ? (size_t)(newline - data) + 1 : size;
}

/* Where the first line at or after @from begins, @from itself if none does */
static size_t next_line(const char *data, size_t from, size_t size)
{
	size_t start = from ? line_end(data, from - 1, size) : 0;

	return start < size ? start : from;
}

/* Serial consoles end a line with CR LF */
static size_t drop_cr(char *data, size_t size)
{
	size_t i, len = 0;

	for (i = 0; i < size; i++)
		if (data[i] != '\r')
			data[len++] = data[i];
	return len;
}

static void cut(struct excerpt *excerpt, const char *data, size_t size, size_t max)
{
	size_t splat = find_splat(data, size);
	size_t splat_end = line_end(data, splat, size);
	size_t start = 0, end = size;

	/* What follows a splat says more than what came before */
	if (size > max) {
		start = splat > max / 4 ? splat - max / 4 : 0;
		if (start > size - max)
			start = size - max;
		end = start + max;
	}
	if (splat_end > end)
		splat_end = end;
	start = next_line(data, start, splat_end);
	excerpt->before = text_xml(data + start, splat - start);
	excerpt->splat = text_xml(data + splat, splat_end - splat);
	excerpt->after = text_xml(data + splat_end, end - splat_end);
	excerpt->cut_start = start;
	excerpt->cut_end = size - end;
}

/* The bytes of a console, NULL if there is none, as for a cell never started */
static char *read_console(const char *path, size_t *size)
{
	char *data = access(path, R_OK) ? NULL : read_file(path, size);

	if (data)
		*size = drop_cr(data, *size);
	return data;
}

/**
 * excerpt_read() - read the part of a console around its first splat, or its end
 * @excerpt: gets the text, to be freed with excerpt_free()
 * @path: the console's log
 * @max: bytes, not 0
 *
 * Return: true if there is a log.
 */
bool excerpt_read(struct excerpt *excerpt, const char *path, size_t max)
{
	size_t size;
	char *data = read_console(path, &size);

	*excerpt = (struct excerpt){ 0 };
	if (!data)
		return false;
	cut(excerpt, data, size, max);
	free(data);
	return true;
}

/**
 * excerpt_join() - an excerpt in one piece
 * @excerpt: the excerpt
 *
 * Return: its text, owned by the caller.
 */
char *excerpt_join(const struct excerpt *excerpt)
{
	return xasprintf("%s%s%s", excerpt->before, excerpt->splat, excerpt->after);
}

/**
 * excerpt_free() - free an excerpt
 * @excerpt: empty afterwards
 */
void excerpt_free(struct excerpt *excerpt)
{
	free(excerpt->before);
	free(excerpt->splat);
	free(excerpt->after);
	*excerpt = (struct excerpt){ 0 };
}
