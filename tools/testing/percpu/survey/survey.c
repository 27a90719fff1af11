// SPDX-License-Identifier: GPL-2.0-only
/*
 * Concludes from all boots of a kernel together. Each finding is a row of a table; what no
 * boot can show, or what this kernel did not show, is reported as not known.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "kernel.h"
#include "observation.h"
#include "survey.h"
#include "verdict.h"

#define COLUMNS		100
#define TEXT_COLUMN	18

#define LACKS_ENABLE	"lacks riscv-percpu-page-first-chunk"
#define LACKS_BOOT_DATA	"lacks riscv-cpu_ops_sbi-boot_data"
#define LACKS_FLUSH	"lacks mm-flush_cache_vmap_early"
#define LACKS_PHYS	"lacks riscv-paravirt-steal_time-phys"
#define NO_LIST		"not known: the kernel lists no symbols (KALLSYMS)"

/* A finding and when it holds: the first of those about one subject that holds counts */
struct rule {
	const char *what;	/* the subject, in its first rule */
	const char *text;	/* it gets two numbers, see print_finding() */
	bool wrong;
	unsigned int boot;	/* a boot must show all of these */
	unsigned int no_boot;	/* no boot may show all of these */
	unsigned int kernel;	/* the kernel must show all of these */
	unsigned int of;	/* the second number is of boots that show all of these */
};

static const struct rule rules[] = {
	{ "page first chunk", "yes: percpu_alloc=page gives it in %u of %u boots",
	  .boot = ASKED_PAGE | HAS_PAGE, .of = ASKED_PAGE },
	{ NULL, "the kernel panics when percpu_alloc=page asks for it", true,
	  .boot = ASKED_PAGE | PANIC, .no_boot = ASKED_EMBED | PANIC },
	{ NULL, "not known: no boot with percpu_alloc=page got that far",
	  .no_boot = ASKED_PAGE | HAS_EMBED },
	{ NULL, "no: percpu_alloc=page is ignored; the kernel has no nodes (NUMA=y)",
	  .boot = ASKED_PAGE | NO_NODES },
	{ NULL, LACKS_ENABLE ": percpu_alloc=page is ignored", true,
	  .boot = ASKED_PAGE | ANSWERED },
	{ .text = "no: percpu_alloc=page is ignored; whether NUMA=y is not known" },

	{ "fallback to page",
	  "yes: where the nodes are too far apart for embed, in %u of %u boots",
	  .boot = TOO_FAR | HAS_PAGE, .of = TOO_FAR },
	{ NULL, "not known: no boot on such a machine got that far",
	  .no_boot = TOO_FAR | HAS_EMBED },
	{ NULL, "embed stays where the nodes are too far apart for it", true, .boot = HAS_PAGE },
	{ .text = "no: there is no page first chunk to fall back to" },

	/* Harts that are missing with embed too say nothing about boot_data */
	{ "harts, boot_data", "harts are missing, and not in page mode alone", true,
	  .boot = HAS_EMBED | LOST_HARTS },
	{ NULL, "%u of %u harts start in page mode, though boot_data is static", true,
	  .boot = HAS_PAGE | LOST_HARTS, .kernel = BOOT_DATA_STATIC },
	{ NULL, LACKS_BOOT_DATA ": %u of %u harts start in page mode", true,
	  .boot = HAS_PAGE | LOST_HARTS },
	{ NULL, "yes: every hart starts, in page mode too (%u boots)",
	  .boot = HAS_PAGE | HAS_HARTS },
	{ NULL, "yes: boot_data is static; no boot was in page mode",
	  .kernel = BOOT_DATA_STATIC },
	{ NULL, LACKS_BOOT_DATA ": page mode would lose harts", .kernel = BOOT_DATA },
	{ .text = "not known: no boot has started harts in page mode" },

	{ "early flush", NO_LIST, .kernel = NO_SYMBOLS },
	{ NULL, "not known: there is no pcpu_page_first_chunk() to look at",
	  .kernel = NO_ALLOCATOR },
	{ NULL, "not known: where pcpu_page_first_chunk() is in the Image",
	  .kernel = NO_ALLOCATOR_CODE },
	{ NULL, "yes: by the code of pcpu_page_first_chunk()", .kernel = EARLY_FLUSH },
	{ .text = LACKS_FLUSH ": pcpu_page_first_chunk() flushes no TLB", .wrong = true },

	{ "KASAN hook", NO_LIST, .kernel = NO_SYMBOLS },
	{ NULL, "not known: the kernel is built without KASAN", .kernel = NO_KASAN },
	/* Then it has the hook, whatever its name */
	{ NULL, "yes: the kernel has KASAN and runs in page mode", .boot = HAS_PAGE | ANSWERED },
	{ NULL, "lacks half of riscv-percpu-page-first-chunk: no shadow for page units", true,
	  .kernel = WEAK_HOOK | ALLOCATOR },
	{ NULL, LACKS_ENABLE ": no shadow for page units", .kernel = WEAK_HOOK },
	{ .text = "not known: no boot came to its end in page mode" },

	{ "node-local units", LACKS_ENABLE ": units are not in their nodes' memory", true,
	  .boot = UNITS_MISPLACED, .no_boot = HAS_PAGE },
	{ NULL, "units are not in their nodes' memory", true, .boot = UNITS_MISPLACED },
	{ NULL, "yes: each is in the memory of its CPU's node (%u boots)", .boot = UNITS_LOCAL },
	{ NULL, "no: the kernel has no nodes (NUMA=y)", .boot = NO_NODES },
	{ .text = "not known: no boot has stated where they are (KEXEC=y)" },

	{ "steal time", NO_LIST, .kernel = NO_SYMBOLS },
	{ NULL, "not built in", .kernel = NO_STEAL_TIME },
	{ NULL, "not known: where pv_time_cpu_online() is in the Image",
	  .kernel = NO_STEAL_TIME_CODE },
	{ NULL, "yes: by its code, which calls per_cpu_ptr_to_phys(); it takes KVM to run",
	  .kernel = STEAL_TIME_PHYS },
	{ NULL, LACKS_PHYS ": no call of per_cpu_ptr_to_phys()", true, .kernel = ALLOCATOR },
	{ .text = LACKS_PHYS ": no call of per_cpu_ptr_to_phys()" },

	{ "splats", "not known: the kernel has printed nothing", .no_boot = NAMED },
	{ NULL, "not known: the kernel's messages have no time stamps (PRINTK_TIME=y)",
	  .boot = UNSTAMPED },
	{ NULL, "in %u of %u boots", true, .boot = SPLAT },
	{ .text = "none in %u boots" },
};

/* What is wrong with a boot that shows @boot if some boot of the kernel shows @any: that a
 * kernel does not have a first chunk at all is reported once, of all boots
 */
static const struct {
	unsigned int boot;
	unsigned int any;
	const char *text;
} boot_rules[] = {
	{ HAS_PAGE | ASKED_EMBED, 0,
	  "percpu_alloc=embed was asked for, and the first chunk is page" },
	{ HAS_PAGE | NEAR_ENOUGH, 0, "page is chosen on nodes that are near enough for embed" },
	{ HAS_EMBED | ASKED_PAGE, HAS_PAGE,
	  "percpu_alloc=page was asked for, and the first chunk is embed" },
	{ HAS_EMBED | TOO_FAR, HAS_PAGE, "embed stays on nodes that are too far apart for it" },
};

/* All boots of one kernel, and what its symbols and code show */
struct boots {
	struct observation *boots;
	size_t nr;
	unsigned int kernel;
};

static bool shows(unsigned int set, unsigned int flags)
{
	return (set & flags) == flags;
}

static unsigned int count(const struct boots *all, unsigned int flags)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < all->nr; i++)
		n += shows(all->boots[i].flags, flags);
	return n;
}

static bool holds(const struct boots *all, const struct rule *rule)
{
	return (!rule->boot || count(all, rule->boot)) &&
	       (!rule->no_boot || !count(all, rule->no_boot)) &&
	       shows(all->kernel, rule->kernel);
}

static void judge_boot(const struct boots *all, struct observation *boot)
{
	size_t i;

	/* With FLATMEM, which needs no nodes, far memory is beyond what a kernel can describe */
	if (shows(boot->flags, FAR_NODES | PANIC) && count(all, NO_NODES)) {
		strv_free(&boot->wrong);
		boot->flags = (boot->flags & ~(PANIC | SPLAT)) | UNFINISHED;
		boot->excuse = "a kernel without NUMA need not boot where nodes are far apart";
		return;
	}
	for (i = 0; i < ARRAY_SIZE(boot_rules); i++)
		if (shows(boot->flags, boot_rules[i].boot) &&
		    (!boot_rules[i].any || count(all, boot_rules[i].any)))
			strv_add(&boot->wrong, xasprintf("%s", boot_rules[i].text));
	/* A kernel that never answers may have neither our console nor an initramfs */
	if (boot->flags & UNFINISHED && count(all, ANSWERED))
		strv_add(&boot->wrong, xasprintf("does not come to its end: %s: %s",
						 verdict_name(boot->result.verdict),
						 boot->result.reason));
	boot->flags |= boot->wrong.n ? WRONG : 0;
}

/* Writes a line that fits the screen, of text that may be any bytes */
static void print_line(FILE *file, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print_line(FILE *file, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	size_t i;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (strlen(line) > COLUMNS)
		strcpy(line + COLUMNS - 3, "...");
	for (i = strlen(line); i && line[i - 1] == ' '; i--)
		line[i - 1] = '\0';
	for (i = 0; line[i]; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	fprintf(file, "%s\n", line);
}

static void print_named(FILE *file, const char *what, const char *text)
{
	print_line(file, "%-*s%s", TEXT_COLUMN, what, text);
}

static void print_head(FILE *file, const struct boots *all, const char *name)
{
	size_t i = 0;

	print_named(file, "survey of", name);
	while (i < all->nr && !*all->boots[i].version)
		i++;
	print_named(file, "Linux version", i < all->nr ? all->boots[i].version : "not seen");
	if (count(all, IN_LOG | ANSWERED)) {
		print_named(file, "results", "from the kernel's log: it has no virtio port");
	} else if (count(all, ANSWERED)) {
		print_named(file, "results", "from a virtio port");
	} else {
		print_named(file, "results", "none: the tests have not run (is BLK_DEV_INITRD=y?)");
		print_named(file, "console's last", all->nr ? all->boots[0].last : "");
	}
	fputc('\n', file);
}

static const char *units_text(unsigned int flags)
{
	if (flags & NO_NODES)
		return "no nodes";
	if (flags & UNITS_MISPLACED)
		return "misplaced";
	return flags & UNITS_LOCAL ? "node-local" : "not stated";
}

/* Below a boot: the first line of what is wrong, or why it is not judged */
static void print_remark(FILE *file, const struct observation *boot)
{
	const char *reason = boot->excuse ? boot->excuse : boot->result.reason;

	if (boot->wrong.n > 1)
		print_line(file, "  %s (and %zu more)", boot->wrong.v[0], boot->wrong.n - 1);
	else if (boot->wrong.n)
		print_line(file, "  %s", boot->wrong.v[0]);
	else if (boot->flags & IGNORES_CMDLINE)
		print_line(file, "  not judged: percpu_alloc= is not passed on (CMDLINE_FORCE=y)");
	else if (boot->flags & LATE)
		print_line(file, "  not judged: %s; TIMEOUT= allows more", reason);
	else if (boot->flags & (HARNESS_ERROR | UNFINISHED))
		print_line(file, "  not judged: %s", reason);
}

static void print_boot(FILE *file, const struct observation *boot)
{
	const char *mark = boot->flags & FROM_MESSAGES ? "*" : "";
	const struct cell *cell = boot->log.cell;
	char harts[32] = "?", chunk[48] = "?";

	if (boot->online)
		snprintf(harts, sizeof(harts), "%u of %u%s", boot->online, cell_harts(cell), mark);
	if (*boot->chunk)
		snprintf(chunk, sizeof(chunk), "%s, %u pages%s", boot->chunk, boot->pages, mark);
	print_line(file, "%-9s%-8s%-14s%-8s%-11s%-18s%-12s%4.0f s%s", cell->machine->name,
		   cell->paging, *cell->alloc ? cell->alloc : "-",
		   *boot->paging ? boot->paging : "?", harts, chunk, units_text(boot->flags),
		   boot->log.seconds, boot->wrong.n ? "  WRONG" : "");
	print_remark(file, boot);
}

static void print_boots(FILE *file, const struct boots *all)
{
	size_t i;

	print_line(file, "%-9s%-8s%-14s%-8s%-11s%-18s%-12s%s", "machine", "offers",
		   "percpu_alloc=", "paging", "harts", "first chunk", "units", "  time");
	for (i = 0; i < all->nr; i++)
		print_boot(file, &all->boots[i]);
	if (count(all, FROM_MESSAGES))
		print_line(file, "* taken from the kernel's messages: the guest has not stated it");
	fputc('\n', file);
}

/* How many boots show it, of how many; or harts online and expected, if some are lost */
static void print_finding(FILE *file, const struct boots *all, const char *what,
			  const struct rule *rule)
{
	unsigned int first = count(all, rule->boot), second = count(all, rule->of);
	char text[256];
	size_t i = 0;

	if (rule->boot & LOST_HARTS) {
		while (!shows(all->boots[i].flags, rule->boot))
			i++;
		first = all->boots[i].online;
		second = all->boots[i].harts;
	}
	snprintf(text, sizeof(text), rule->text, first, second);
	print_line(file, "%-*s%s%s", TEXT_COLUMN, what, rule->wrong ? "WRONG: " : "", text);
}

/* Returns whether one of them is wrong */
static bool print_findings(FILE *file, const struct boots *all)
{
	const struct rule *rule;
	bool wrong = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].what)
			continue;
		for (rule = &rules[i]; !holds(all, rule); rule++)
			;	/* the last one of a subject always holds */
		print_finding(file, all, rules[i].what, rule);
		wrong |= rule->wrong;
	}
	fputc('\n', file);
	return wrong;
}

static int print_last_line(FILE *file, const struct boots *all, bool wrong)
{
	const struct {
		bool holds;
		int status;
		const char *text;
	} ends[] = {
		{ count(all, HARNESS_ERROR), STATUS_ERROR,
		  "not every boot could be judged: see above" },
		{ wrong || count(all, WRONG), STATUS_FAIL,
		  "something wrong was seen; make series KSRC= adds what a tree lacks" },
		{ !count(all, ANSWERED) || count(all, IGNORES_CMDLINE), STATUS_SKIP,
		  "too little was seen to judge this kernel" },
		{ count(all, LATE), STATUS_ERROR, "not every boot could be judged: see above" },
		{ true, STATUS_PASS, "nothing wrong was seen in %zu boots" },
	}, *end = ends;

	while (!end->holds)
		end++;
	print_line(file, end->text, all->nr);
	return end->status;
}

static bool read_boots(struct boots *all, const char *image, const struct strv *dirs)
{
	const char *symbols = NULL;
	size_t i;

	all->boots = xrealloc(NULL, (dirs->n + 1) * sizeof(*all->boots));
	for (i = 0; i < dirs->n; i++) {
		all->nr++;
		if (!observe(&all->boots[i], dirs->v[i]))
			return false;
		if (!symbols)
			symbols = ktap_fact(&all->boots[i].log.ktap, 0, "symbols");
	}
	all->kernel = kernel_shows(symbols, image);
	for (i = 0; i < all->nr; i++)
		judge_boot(all, &all->boots[i]);
	return true;
}

/**
 * survey() - report on one screen what the boots of a kernel show
 * @file: where to
 * @name: what the user calls the kernel
 * @image: the kernel's file
 * @dirs: the directories of the cells that booted it
 *
 * Return: 0 if nothing wrong was seen, 1 if something was, 2 if a boot could not be run, was
 * not left whole or took too long, 4 if this kernel cannot be judged.
 */
int survey(FILE *file, const char *name, const char *image, const struct strv *dirs)
{
	struct boots all = { 0 };
	int status = STATUS_ERROR;
	bool wrong;
	size_t i;

	if (read_boots(&all, image, dirs)) {
		print_head(file, &all, name);
		print_boots(file, &all);
		wrong = print_findings(file, &all);
		status = print_last_line(file, &all, wrong);
	}
	for (i = 0; i < all.nr; i++)
		observation_free(&all.boots[i]);
	free(all.boots);
	return status;
}
