// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory of a cell is the single truth: what was booted ("cell"), what came of it
 * ("console.log", "result.ktap", the reports of QEMU's plugin) and how it ended ("end"), a key and
 * its value per line.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"
#include "util.h"

static bool parse_double(const char *text, double max, double *number)
{
	char *end;

	*number = strtod(text, &end);
	return end != text && !*end && *number >= 0 && *number < max;
}

static bool set(char **member, const char *text)
{
	free(*member);
	*member = xasprintf("%s", text);
	return true;
}

static bool parse_key(struct boot_log *log, const char *key, const char *value)
{
	double status = 0;
	bool ok = false;

	if (!strcmp(key, "started"))
		return parse_double(value, 1e11, &log->started);
	if (!strcmp(key, "seconds"))
		return parse_double(value, 1e9, &log->seconds);
	if (!strcmp(key, "status")) {
		ok = parse_double(value, INT_MAX, &status);
		log->status = status;
	} else if (!strcmp(key, "stopped")) {
		log->stopped = verdict_from_name(value);
		ok = log->stopped != NR_VERDICTS;
	} else if (!strcmp(key, "error")) {
		ok = set(&log->error, value);
	} else if (!strcmp(key, "append")) {
		ok = set(&log->append, value);
	} else if (!strcmp(key, "qemu-args")) {
		ok = set(&log->qemu_args, value);
	}
	return ok;
}

/* A boot that was interrupted has none */
static bool read_end(struct boot_log *log, const char *dir)
{
	char *path __free(free) = xasprintf("%s/end", dir);
	char *data __free(free) = NULL;
	char *next, *line, *value;
	unsigned int number = 0;

	if (access(path, F_OK))
		return set(&log->error, "the boot did not end");
	data = read_file(path, NULL);
	next = data;
	while (next && (line = strsep(&next, "\n"))) {
		number++;
		value = line;
		line = strsep(&value, " ");
		if (!*line || parse_key(log, line, value ? value : ""))
			continue;
		error("%s:%u: not how a boot ended: %s", path, number, line);
		return false;
	}
	return data;
}

static void print_line(FILE *file, const char *key, const char *text)
{
	if (!text)
		return;
	fprintf(file, "%s ", key);
	for (; *text; text++)
		fputc(*text == '\n' ? ' ' : *text, file);
	fputc('\n', file);
}

bool boot_log_write_end(const struct boot_log *log, const char *dir)
{
	char *path __free(free) = xasprintf("%s/end", dir);
	char *text __free(free) = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "started %.0f\nseconds %.3f\nstatus %d\n", log->started, log->seconds,
		log->status);
	if (log->stopped != VERDICT_PASS)
		fprintf(file, "stopped %s\n", verdict_name(log->stopped));
	print_line(file, "error", log->error);
	print_line(file, "append", log->append);
	print_line(file, "qemu-args", log->qemu_args);
	fclose(file);
	return write_file(path, text, size);
}

/* A log that is not there is empty: the boot may have ended before */
static bool read_log(const char *dir, const char *name, char **data, size_t *size)
{
	char *path __free(free) = xasprintf("%s/%s", dir, name);

	*size = 0;
	*data = access(path, F_OK) ? xasprintf("%s", "") : read_file(path, size);
	return *data;
}

static bool read_logs(struct boot_log *log, const char *dir)
{
	char *console __free(free) = NULL;
	char *ktap __free(free) = NULL;
	size_t console_size, ktap_size;

	if (!read_log(dir, "console.log", &console, &console_size) ||
	    !read_log(dir, "result.ktap", &ktap, &ktap_size))
		return false;
	if (*log->cell->console &&
	    !regcomp(&log->wanted, log->cell->console, REG_EXTENDED | REG_NOSUB))
		log->console.wanted = &log->wanted;
	log->console.crashes = *log->cell->crash;
	console_feed(&log->console, console, console_size);
	console_end(&log->console);
	ktap_feed(&log->ktap, ktap, ktap_size);
	ktap_end(&log->ktap);
	if (log->cell->sanitize)
		translations_read(&log->translations, dir, log->console.wanted);
	if (log->cell->bench)
		costs_read(&log->costs, dir);
	return true;
}

bool boot_log_read(struct boot_log *log, const char *dir)
{
	char *cell __free(free) = xasprintf("%s/cell", dir);

	*log = (struct boot_log){ .stopped = VERDICT_PASS };
	ktap_init(&log->ktap);
	if (!table_read_cell(&log->table, cell))
		return false;
	log->cell = &log->table.cells[0];
	return read_end(log, dir) && read_logs(log, dir);
}

void boot_log_free(struct boot_log *log)
{
	if (log->console.wanted)
		regfree(&log->wanted);
	ktap_free(&log->ktap);
	translations_free(&log->translations);
	costs_free(&log->costs);
	free(log->error);
	free(log->append);
	free(log->qemu_args);
	table_free(&log->table);
	*log = (struct boot_log){ 0 };
}
