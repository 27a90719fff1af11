// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cell as a job for LAVA, an automation of labs: it fetches files, boots them on a
 * device, and watches the console. Its device type qemu makes the command of what the
 * job's context says and of an argument for each file, so QEMU's arguments are taken
 * from those of the runner and dealt out to both:
 *
 *   -M virt,...  -m 1024M  -smp 4  -kernel build/.../Image  -append "..."
 *   context:     context:  context: image kernel:            with the image
 *   machine      memory    extra    url, "-kernel {kernel}"
 *
 * LAVA sees nothing but the console, so the guest gets no port, and writes its results
 * into the kernel's log.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "lava.h"
#include "util.h"

#define DEPLOY_SECONDS	300
#define FACTS		4
#define RESULT		"percpu\\.result: "
#define END		RESULT "# done[\\s\\S]{0,3000}?reboot: Power down|end Kernel panic"

/* A file that the job fetches, and the argument that it is for */
struct image {
	char *label;
	char *arg;
	const char *path;
};

/* QEMU's arguments as a job has them */
struct job {
	const struct cell *cell;
	const char *qemu;
	unsigned int seconds;	/* how long the boot may take */
	const char *machine;
	const char *memory;
	const char *cpu;
	struct strv extra;
	struct image images[8];
	unsigned int nr_images;
};

static void add_image(struct job *job, char *label, char *arg, const char *path)
{
	job->images[job->nr_images++] = (struct image){ label, arg, path };
}

/* "loader,addr=A,force-raw=on,file=PATH" */
static void add_loader(struct job *job, const char *value)
{
	const char *file = strstr(value, "file=") + strlen("file=");
	char *label = xasprintf("loaded%u", job->nr_images);

	add_image(job, label, xasprintf("-device %.*s{%s}", (int)(file - value), value, label),
		  file);
}

static void add_cmdline(struct job *job, const char *cmdline)
{
	unsigned int i;
	char *arg;

	for (i = 0; i < job->nr_images; i++) {
		if (strcmp(job->images[i].label, "kernel"))
			continue;
		arg = xasprintf("%s -append \"%s\"", job->images[i].arg, cmdline);
		free(job->images[i].arg);
		job->images[i].arg = arg;
	}
}

static bool is_one_of(const char *option, const char *const *list)
{
	while (*list && strcmp(option, *list))
		list++;
	return *list;
}

/* The device type has its own way to say that there is no display */
static void add_option(struct job *job, const char *option, const char *value)
{
	static const char *const files[] = { "-bios", "-dtb", "-kernel", "-initrd", NULL };

	if (!strcmp(option, "-M"))
		job->machine = value;
	else if (!strcmp(option, "-m"))
		job->memory = value;
	else if (!strcmp(option, "-cpu"))
		job->cpu = value;
	else if (!strcmp(option, "-append"))
		add_cmdline(job, value);
	else if (!strcmp(option, "-device"))
		add_loader(job, value);
	else if (is_one_of(option, files))
		add_image(job, xasprintf("%s", option + 1),
			  xasprintf("%s {%s}", option, option + 1), value);
	else if (strcmp(option, "-display"))
		strv_add(&job->extra, xasprintf("%s%s%s", option, *value ? " " : "", value));
}

/* Options with a value and without one */
static void split_args(struct job *job, const struct strv *args)
{
	size_t i;

	for (i = 1; i < args->n; i++) {
		const char *next = i + 1 < args->n ? args->v[i + 1] : "-";

		add_option(job, args->v[i], *next == '-' ? "" : next);
		i += *next != '-';
	}
}

static void job_free(struct job *job)
{
	unsigned int i;

	for (i = 0; i < job->nr_images; i++) {
		free(job->images[i].label);
		free(job->images[i].arg);
	}
	strv_free(&job->extra);
}

/* Any text as one YAML word: JSON's strings are YAML's */
static void put(FILE *file, const char *key, const char *text)
{
	json_t *json = json_string(text);
	char *word = json_dumps(json, JSON_ENCODE_ANY);

	fprintf(file, "%s%s\n", key, word ? word : "\"\"");
	free(word);
	json_decref(json);
}

static void put_licence(FILE *file)
{
	fprintf(file, "# %s-License-Identifier: GPL-2.0-only\n", "SPDX");
}

static void put_context(FILE *file, const struct job *job)
{
	size_t i;

	fprintf(file, "context:\n  arch: riscv64\n  no_kvm: true\n");
	put(file, "  machine: ", job->machine);
	put(file, "  cpu: ", job->cpu);
	put(file, "  memory: ", job->memory);
	fprintf(file, "  extra_options:\n");
	for (i = 0; i < job->extra.n; i++)
		put(file, "  - ", job->extra.v[i]);
}

static void put_images(FILE *file, const struct job *job)
{
	char *url;
	unsigned int i;

	for (i = 0; i < job->nr_images; i++) {
		const struct image *image = &job->images[i];

		url = xasprintf("file://%s", image->path);
		fprintf(file, "      %s:\n", image->label);
		put(file, "        image_arg: ", image->arg);
		put(file, "        url: ", url);
		free(url);
	}
}

static char *first_cpus(unsigned int cpus)
{
	return cpus == 1 ? xasprintf("0") : xasprintf("0-%u", cpus - 1);
}

/* A fact of the guest, and what it must be */
struct fact {
	const char *key;
	char *value;
};

static void list_facts(const struct cell *cell, struct fact facts[FACTS])
{
	facts[0] = (struct fact){ "cpus_online", first_cpus(cell_harts(cell)) };
	facts[1] = (struct fact){ "cpus_possible", first_cpus(cell_possible(cell)) };
	facts[2] = (struct fact){ "first_chunk", xasprintf("%s", cell->chunk) };
	facts[3] = (struct fact){ "paging", xasprintf("%s", cell->paging) };
}

/*
 * The expression, of Python, that makes a case of a line of the results: of "ok N NAME"
 * and "not ok N NAME", and of a fact, which is called "fact NAME", since tests have the
 * same names. Each group may be there only once, so all look ahead from where the line
 * begins. The result is "# SKIP", "not ok" or "ok"; of a fact
 * it is the value if that is as it must be, else "# fact".
 */
static char *make_pattern(const struct fact facts[FACTS])
{
	char *text = NULL;
	unsigned int i;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, RESULT " *(?=(?:(?:not )?ok \\d+ (?:- |# SKIP )?|# )");
	fprintf(file, "(?P<test_case_id>(?<=# )fact (?:");
	for (i = 0; i < FACTS; i++)
		fprintf(file, "%s%s", i ? "|" : "", facts[i].key);
	fprintf(file, ")(?= )|(?<!# )[^#\\r\\n]*[^#\\s]))(?:ok[^\\r\\n]*(?=# SKIP)|# fact (?:");
	for (i = 0; i < FACTS; i++)
		fprintf(file, "%s%s (?=%s[\\r\\n])", i ? "|" : "", facts[i].key, facts[i].value);
	fprintf(file, "))?(?P<result># SKIP|not ok|ok|# fact|\\S+)[^\\r\\n]*[\\r\\n]");
	fclose(file);
	return text;
}

/* Two facts may be the same, which YAML does not want to be told twice */
static bool is_told(const struct fact facts[FACTS], unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (!strcmp(facts[j].value, facts[i].value))
			return true;
	return false;
}

static void put_monitor(FILE *file, const struct cell *cell)
{
	struct fact facts[FACTS];
	char *pattern, *key;
	unsigned int i;

	list_facts(cell, facts);
	pattern = make_pattern(facts);
	put(file, "      start: ", "Linux version ");
	put(file, "      end: ", END);
	put(file, "      pattern: ", pattern);
	fprintf(file, "      fixupdict:\n        \"ok\": pass\n        \"not ok\": fail\n"
		"        \"# SKIP\": skip\n        \"# fact\": fail\n");
	for (i = 0; i < FACTS; i++) {
		key = xasprintf("        \"%s\": ", facts[i].value);
		if (!is_told(facts, i))
			fprintf(file, "%spass\n", key);
		free(key);
	}
	for (i = 0; i < FACTS; i++)
		free(facts[i].value);
	free(pattern);
}

static void put_job(FILE *file, const struct job *job)
{
	unsigned int seconds = job->seconds;

	put_licence(file);
	put(file, "job_name: ", job->cell->name);
	fprintf(file, "device_type: qemu\nvisibility: public\npriority: medium\n"
		"timeouts:\n  job:\n    seconds: %u\n  action:\n    seconds: %u\n"
		"  connection:\n    seconds: %u\n",
		DEPLOY_SECONDS + 2 * seconds, seconds, seconds);
	put_context(file, job);
	put(file, "metadata:\n  cell: ", job->cell->name);
	put(file, "  verdict: ", verdict_name(job->cell->fails));
	fprintf(file, "actions:\n- deploy:\n    timeout:\n      seconds: %u\n    to: tmpfs\n"
		"    images:\n", DEPLOY_SECONDS);
	put_images(file, job);
	fprintf(file, "- boot:\n    timeout:\n      seconds: %u\n    method: qemu\n"
		"    media: tmpfs\n- test:\n    timeout:\n      seconds: %u\n    monitors:\n"
		"    - name: percpu\n", seconds, seconds);
	put_monitor(file, job->cell);
}

/* What LAVA's server makes of its device type and of the job's context, without network */
static void put_device(FILE *file, const struct job *job)
{
	size_t i;

	put_licence(file);
	fprintf(file, "available_architectures:\n- riscv64\n"
		"constants:\n  boot_retry: 1\n  failure_retry: 1\n"
		"  spawn_maxread: \"4092\"\nparameters: {}\n"
		"timeouts:\n  actions: {}\n  connections: {}\n"
		"actions:\n  deploy:\n    connections:\n      serial:\n"
		"    methods:\n      image:\n        parameters: {}\n"
		"  boot:\n    connections:\n      serial:\n    methods:\n      qemu:\n"
		"        parameters:\n");
	put(file, "          command: ", job->qemu);
	fprintf(file, "          options:\n          - -machine %s\n          - -cpu %s\n"
		"          - -nographic\n          - -m %s\n          - -monitor none\n"
		"          extra:\n", job->machine, job->cpu, job->memory);
	for (i = 0; i < job->extra.n; i++)
		put(file, "          - ", job->extra.v[i]);
}

static bool write_yaml(const struct job *job, void (*put_all)(FILE *file, const struct job *job),
		       const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	bool ok;

	put_all(file, job);
	fclose(file);
	ok = write_file(path, text, size);
	free(text);
	free(path);
	return ok;
}

/* What must be true of the boot, for whoever judges the job's log */
static bool write_cell(const struct cell *cell, const char *dir)
{
	char *path __free(free) = xasprintf("%s/cell", dir);

	return cell_write(cell, path);
}

static bool write_all(const struct cell *cell, const struct tools *tools, unsigned int seconds,
		      const char *dir)
{
	struct strv args = qemu_args(cell, tools, CONNECT_LAB, dir);
	struct job job = { .cell = cell, .qemu = tools->qemu, .seconds = seconds };
	bool ok;

	split_args(&job, &args);
	ok = write_yaml(&job, put_job, dir, "job.yaml") &&
	     write_yaml(&job, put_device, dir, "device.yaml") && write_cell(cell, dir);
	job_free(&job);
	strv_free(&args);
	return ok;
}

/**
 * lava_write() - write a cell as a job for LAVA
 * @cell: the cell
 * @tools: what to run it with
 * @seconds: how long it may take, unless the cell says so itself
 * @jobs: directory in which the job's own is made, named after the cell; with job.yaml,
 *	device.yaml for a dispatcher without a server, cell for who judges the
 *	log, and the files of the machine
 *
 * Return: true if it was written; else the user has been told.
 */
bool lava_write(const struct cell *cell, const struct tools *tools, double seconds,
		const char *jobs)
{
	char *path = xasprintf("%s/%s", jobs, cell->name);
	char *dir = make_dir(path) ? realpath(path, NULL) : NULL;
	bool ok = dir && boot_write_machine(cell, tools, CONNECT_LAB, dir) &&
		  write_all(cell, tools, cell->timeout ? cell->timeout : (unsigned int)seconds,
			    dir);

	free(dir);
	free(path);
	return ok;
}
