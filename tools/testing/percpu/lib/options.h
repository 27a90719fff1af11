/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of a command: one list gives parsing, --help and the check for missing ones. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum option_type {
	OPTION_END,
	OPTION_FLAG,	/* bool */
	OPTION_TEXT,	/* const char * */
	OPTION_LIST,	/* struct strv, a string for each time that it is given */
	OPTION_NUMBER,	/* unsigned int */
	OPTION_NUMBER64,/* uint64_t */
	OPTION_SECONDS,	/* double */
};

struct option_def {
	enum option_type type;
	char letter;		/* its short form, 0 for none */
	const char *name;
	const char *arg;	/* what --help calls its value, NULL for a flag */
	void *value;		/* of the type that the enum says */
	uint64_t min;		/* of a number */
	uint64_t max;
	bool required;
	const char *help;
};

#define OPT_FLAG(_letter, _name, _value, _help) \
	{ .type = OPTION_FLAG, .letter = _letter, .name = _name, .value = _value, .help = _help }
#define OPT_TEXT(_letter, _name, _arg, _value, _help) \
	{ .type = OPTION_TEXT, .letter = _letter, .name = _name, .arg = _arg, .value = _value, \
	  .help = _help }
#define OPT_NEEDED(_letter, _name, _arg, _value, _help) \
	{ .type = OPTION_TEXT, .letter = _letter, .name = _name, .arg = _arg, .value = _value, \
	  .required = true, .help = _help }
#define OPT_LIST(_letter, _name, _arg, _value, _help) \
	{ .type = OPTION_LIST, .letter = _letter, .name = _name, .arg = _arg, .value = _value, \
	  .help = _help }
#define OPT_NUMBER(_letter, _name, _value, _min, _max, _help) \
	{ .type = OPTION_NUMBER, .letter = _letter, .name = _name, .arg = "N", .value = _value, \
	  .min = _min, .max = _max, .help = _help }
#define OPT_NUMBER64(_letter, _name, _value, _min, _max, _help) \
	{ .type = OPTION_NUMBER64, .letter = _letter, .name = _name, .arg = "N", \
	  .value = _value, .min = _min, .max = _max, .help = _help }
#define OPT_SECONDS(_letter, _name, _value, _help) \
	{ .type = OPTION_SECONDS, .letter = _letter, .name = _name, .arg = "SECONDS", \
	  .value = _value, .min = 1, .max = 86400, .help = _help }
#define OPT_END { .type = OPTION_END }

/* What is no option begins at optind afterwards; --help ends the program */
bool options_parse(const struct option_def *options, const char *usage, int argc, char **argv);

#endif
