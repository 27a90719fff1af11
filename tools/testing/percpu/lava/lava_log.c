// SPDX-License-Identifier: GPL-2.0-only
/*
 * LAVA's log is a list of records, one a line: {"dt": time, "lvl": level, "msg": what}.
 * Those of level "target" are lines of the console. The last of level "results" tells
 * how the job ended; it may fail because of the boot, or because of LAVA.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

#include "lava_log.h"
#include "util.h"

#define SILENCE_SECONDS	40

/* What is read and where it goes */
struct log {
	struct boot_log *boot;
	FILE *console;
	FILE *result;
	double first;
	double last;	/* when the console last said something */
	double now;
	bool ended;
	char *error_type;
	char *error;
};

static const char *scalar(yaml_document_t *document, int index)
{
	yaml_node_t *node = yaml_document_get_node(document, index);

	return node && node->type == YAML_SCALAR_NODE ?
		(const char *)node->data.scalar.value : "";
}

/* The value of a key, NULL if the node is no mapping that has it */
static yaml_node_t *lookup(yaml_document_t *document, yaml_node_t *node, const char *key)
{
	yaml_node_pair_t *pair;

	if (!node || node->type != YAML_MAPPING_NODE)
		return NULL;
	for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		if (!strcmp(scalar(document, pair->key), key))
			return yaml_document_get_node(document, pair->value);
	return NULL;
}

static const char *text_of(yaml_document_t *document, yaml_node_t *node, const char *key)
{
	yaml_node_t *value = lookup(document, node, key);

	return value && value->type == YAML_SCALAR_NODE ?
		(const char *)value->data.scalar.value : "";
}

static double parse_time(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	return rest ? timegm(&tm) + strtod(*rest == '.' ? rest : "0", NULL) : 0;
}

/* LAVA writes a quotation mark with a backslash of its own */
static char *unquote(const char *text)
{
	char *line = xasprintf("%s", text), *to = line;

	for (; *text; text++)
		if (*text != '\\' || text[1] != '"')
			*to++ = *text;
	*to = '\0';
	return line;
}

static void take_line(struct log *log, const char *text)
{
	char *line = unquote(text);
	bool whole;
	const char *result = console_result(line, &whole);

	log->last = log->now;
	if (!log->first)
		log->first = log->now;
	fprintf(log->console, "%s\n", line);
	console_feed(&log->boot->console, line, strlen(line));
	console_feed(&log->boot->console, "\n", 1);
	if (result) {
		fprintf(log->result, "%s%s", result, whole ? "\n" : "");
		ktap_feed(&log->boot->ktap, result, strlen(result));
		ktap_feed(&log->boot->ktap, "\n", whole);
	}
	free(line);
}

/* {"case": "job", "definition": "lava", "result": "fail", "error_type": ..., "error_msg": ...} */
static void take_end(struct log *log, yaml_document_t *document, yaml_node_t *msg)
{
	if (strcmp(text_of(document, msg, "definition"), "lava") ||
	    strcmp(text_of(document, msg, "case"), "job"))
		return;
	log->ended = true;
	free(log->error_type);
	free(log->error);
	log->error_type = xasprintf("%s", text_of(document, msg, "error_type"));
	log->error = xasprintf("%s", text_of(document, msg, "error_msg"));
}

static void take_record(struct log *log, yaml_document_t *document)
{
	yaml_node_t *root = yaml_document_get_root_node(document);
	yaml_node_t *msg = lookup(document, root, "msg");
	const char *level = text_of(document, root, "lvl");

	log->now = parse_time(text_of(document, root, "dt"));
	if (!strcmp(level, "target"))
		take_line(log, text_of(document, root, "msg"));
	else if (!strcmp(level, "results"))
		take_end(log, document, msg);
}

/* A server has the records as items of a list, lava-run alone has not */
static bool read_record(struct log *log, const char *line)
{
	yaml_document_t document;
	yaml_parser_t parser;
	bool ok;

	line += strncmp(line, "- ", 2) ? 0 : 2;
	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_input_string(&parser, (const unsigned char *)line, strlen(line));
	ok = yaml_parser_load(&parser, &document);
	if (ok) {
		take_record(log, &document);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return ok;
}

static bool no_record(const char *path, unsigned int number)
{
	error("%s:%u: not a record of LAVA's log; want lava-run's stderr or output.yaml", path,
	      number);
	return false;
}

static bool read_records(struct log *log, char *data, const char *path)
{
	unsigned int number = 0;
	char *line;

	while ((line = strsep(&data, "\n"))) {
		number++;
		if (*line && !read_record(log, line))
			return no_record(path, number);
	}
	return true;
}

static bool is_lava_trouble(const char *type)
{
	static const char *const troubles[] = {
		"Infrastructure", "Bug", "Configuration", "Canceled", "MultinodeTimeout",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(troubles); i++)
		if (!strcmp(type, troubles[i]))
			return true;
	return false;
}

/* What ended a boot whose results are not whole */
static void find_end(struct log *log)
{
	struct boot_log *boot = log->boot;

	boot->seconds = log->last - log->first;
	boot->started = log->first;
	if (boot->ktap.done || boot->console.panicked)
		return;
	if (!log->ended)
		boot->error = xasprintf("the log ends before the job");
	else if (!log->first)
		boot->error = xasprintf("nothing was booted: %s", log->error);
	else if (is_lava_trouble(log->error_type))
		boot->error = xasprintf("LAVA: %s: %s", log->error_type, log->error);
	else if (strstr(log->error, "timed out"))
		boot->stopped = log->now - log->last > SILENCE_SECONDS ?
				VERDICT_SILENCE : VERDICT_TIMEOUT;
}

static FILE *open_output(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *file = fopen(path, "we");

	if (!file)
		error("cannot write %s: %s", path, strerror(errno));
	free(path);
	return file;
}

static bool close_output(FILE *file, const char *dir)
{
	if (!file)
		return false;
	if (ferror(file) | fclose(file)) {
		error("cannot write to %s: %s", dir, strerror(errno));
		return false;
	}
	return true;
}

/**
 * lava_log_read() - read the log of a job
 * @boot: gets what the boot said and how it ended
 * @path: the log
 * @dir: directory where console.log and result.ktap of the boot are written
 *
 * Return: true if it was read; else the user has been told.
 */
bool lava_log_read(struct boot_log *boot, const char *path, const char *dir)
{
	size_t size;
	char *data = read_file(path, &size);
	struct log log = { .boot = boot };
	bool ok = data;

	if (!data)
		return false;
	log.console = open_output(dir, "console.log");
	log.result = open_output(dir, "result.ktap");
	ok = log.console && log.result && read_records(&log, data, path);
	console_end(&boot->console);
	ktap_end(&boot->ktap);
	find_end(&log);
	ok = close_output(log.console, dir) & close_output(log.result, dir) & ok;
	free(log.error_type);
	free(log.error);
	free(data);
	return ok;
}
