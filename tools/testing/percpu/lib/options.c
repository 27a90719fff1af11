// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "util.h"

#define MAX_OPTIONS	48
#define FIRST_LONG	256	/* what getopt_long() returns for option 0 */

static void print_help(const struct option_def *options, const char *usage)
{
	char *name;

	printf("Usage: percpu-qemu %s\n", usage);
	for (; options->type != OPTION_END; options++) {
		name = xasprintf("--%s%s%s", options->name, options->arg ? "=" : "",
				 options->arg ? options->arg : "");
		printf("  %c%c %-22s %s\n", options->letter ? '-' : ' ',
		       options->letter ? options->letter : ' ', name, options->help);
		free(name);
	}
	puts("  -h --help                 this text\n\n"
	     "Exit status: 0 all passed, 1 a test failed, 2 usage or harness error, 4 nothing could run.");
}

static bool parse_value(const struct option_def *option, const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= option->min &&
	    *value <= option->max)
		return true;
	error("--%s=%s: not a number from %llu to %llu", option->name, text,
	      (unsigned long long)option->min, (unsigned long long)option->max);
	return false;
}

static bool set_option(const struct option_def *option)
{
	bool number = option->type >= OPTION_NUMBER;
	uint64_t value = 0;

	if (number && !parse_value(option, optarg, &value))
		return false;
	switch (option->type) {
	case OPTION_FLAG:
		*(bool *)option->value = true;
		break;
	case OPTION_TEXT:
		*(const char **)option->value = optarg;
		break;
	case OPTION_LIST:
		strv_add(option->value, xasprintf("%s", optarg));
		break;
	case OPTION_NUMBER:
		*(unsigned int *)option->value = value;
		break;
	case OPTION_NUMBER64:
		*(uint64_t *)option->value = value;
		break;
	case OPTION_SECONDS:
		*(double *)option->value = value;
		break;
	case OPTION_END:
		break;
	}
	return true;
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

/* The same list as getopt_long() wants it */
static void make_getopt(const struct option_def *options, struct option *longs, char *shorts)
{
	unsigned int i;

	for (i = 0; options[i].type != OPTION_END && i < MAX_OPTIONS - 1; i++) {
		longs[i] = (struct option){ options[i].name, !!options[i].arg, NULL,
					    FIRST_LONG + i };
		if (!options[i].letter)
			continue;
		*shorts++ = options[i].letter;
		if (options[i].arg)
			*shorts++ = ':';
	}
	longs[i] = (struct option){ "help", no_argument, NULL, 'h' };
	longs[i + 1] = (struct option){ 0 };
	strcpy(shorts, "h");
}

static const struct option_def *find_option(const struct option_def *options, int found)
{
	if (found >= FIRST_LONG)
		return options + (found - FIRST_LONG);
	while (options->type != OPTION_END && options->letter != found)
		options++;
	return options->type == OPTION_END ? NULL : options;
}

bool options_parse(const struct option_def *options, const char *usage, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS + 1];
	char shorts[2 * MAX_OPTIONS + 2];
	const struct option_def *option;
	int found;

	make_getopt(options, longs, shorts);
	optind = 1;
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (found == 'h') {
			print_help(options, usage);
			exit(EXIT_SUCCESS);
		}
		option = found == '?' ? NULL : find_option(options, found);
		if (!option) {
			fprintf(stderr, "Try 'percpu-qemu %s --help'.\n", argv[0]);
			return false;
		}
		if (!set_option(option))
			return false;
	}
	return check_required(options);
}
