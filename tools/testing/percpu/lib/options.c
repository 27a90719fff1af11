// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "util.h"

#define MAX_OPTIONS	48
#define FIRST_LONG	256	/* key of option 0 if it has no letter */

static bool parse_number(const struct option_def *option, const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < option->min ||
	    value > option->max) {
		error("--%s=%s: not a number from %lu to %lu", option->name, text, option->min,
		      option->max);
		return false;
	}
	*(unsigned long *)option->value = value;
	return true;
}

static int key_of(const struct option_def *options, unsigned int i)
{
	return options[i].letter ? options[i].letter : (int)(FIRST_LONG + i);
}

static error_t set_option(int key, char *text, struct argp_state *state)
{
	const struct option_def *options = state->input, *option;
	unsigned int i = 0;

	while (options[i].type != OPTION_END && key_of(options, i) != key)
		i++;
	option = &options[i];
	switch (option->type) {
	case OPTION_FLAG:
		*(bool *)option->value = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)option->value = text;
		return 0;
	case OPTION_LIST:
		strv_add(option->value, xasprintf("%s", text));
		return 0;
	case OPTION_NUMBER:
		return parse_number(option, text) ? 0 : EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool check_required(const struct option_def *options)
{
	for (; options->type != OPTION_END; options++) {
		if (!options->required || *(const char **)options->value)
			continue;
		error("--%s is missing; try --help", options->name);
		return false;
	}
	return true;
}

bool options_parse(const struct option_def *options, const char *args, const char *help,
		   int argc, char **argv)
{
	char *doc __free(free) = xasprintf("%s\vExit status: 0 all passed, 1 a test failed, 2 "
					   "usage or harness error, 4 nothing could run.", help);
	char *name __free(free) = xasprintf("percpu-qemu %s", argv[0]);
	struct argp_option list[MAX_OPTIONS + 1] = { 0 };
	const struct argp argp = {
		.options = list, .parser = set_option, .args_doc = args, .doc = doc,
	};
	char *command = argv[0];
	unsigned int i;
	bool ok;

	for (i = 0; options[i].type != OPTION_END && i < MAX_OPTIONS; i++)
		list[i] = (struct argp_option){
			.name = options[i].name, .key = key_of(options, i),
			.arg = options[i].arg, .doc = options[i].help,
		};
	argv[0] = name;
	argp_err_exit_status = STATUS_ERROR;
	ok = !argp_parse(&argp, argc, argv, 0, &optind, (void *)options);
	argv[0] = command;
	return ok && check_required(options);
}
