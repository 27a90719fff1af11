/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of a command: one list gives parsing, --help and the check for missing ones. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

enum option_type {
	OPTION_END,
	OPTION_FLAG,	/* bool */
	OPTION_TEXT,	/* const char * */
	OPTION_LIST,	/* struct strv, a string for each time that it is given */
	OPTION_NUMBER,	/* unsigned long */
};

struct option_def {
	enum option_type type;
	char letter;		/* its short form, 0 for none */
	const char *name;
	const char *arg;	/* what --help calls its value, NULL for a flag */
	void *value;		/* of the type that the enum says */
	unsigned long min;	/* of a number */
	unsigned long max;
	bool required;
	const char *help;
};

#define OPT(_type, _letter, _name, _arg, _value, _help, ...) \
	{ .type = _type, .letter = _letter, .name = _name, .arg = _arg, .value = _value, \
	  .help = _help, ##__VA_ARGS__ }
#define OPT_FLAG(_letter, _name, _value, _help) \
	OPT(OPTION_FLAG, _letter, _name, NULL, _value, _help)
#define OPT_TEXT(_letter, _name, _arg, _value, _help) \
	OPT(OPTION_TEXT, _letter, _name, _arg, _value, _help)
#define OPT_NEEDED(_letter, _name, _arg, _value, _help) \
	OPT(OPTION_TEXT, _letter, _name, _arg, _value, _help, .required = true)
#define OPT_LIST(_letter, _name, _arg, _value, _help) \
	OPT(OPTION_LIST, _letter, _name, _arg, _value, _help)
#define OPT_NUMBER(_letter, _name, _arg, _value, _min, _max, _help) \
	OPT(OPTION_NUMBER, _letter, _name, _arg, _value, _help, .min = _min, .max = _max)
#define OPT_END { .type = OPTION_END }

/* @args: what follows the options, and @help what the command does; the first word of @argv
 * that is no option is at optind afterwards; --help and what is no option end the program
 */
bool options_parse(const struct option_def *options, const char *args, const char *help,
		   int argc, char **argv);

#endif
