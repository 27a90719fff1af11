// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sanitizer: which access to an address of the kernel's half relied on a translation that
 * no fence of the hart had ordered?
 *
 * The privileged specification lets a hart use what a page table held at any time since the
 * last fence that covers it, invalid entries included. So an access is reported when an entry on
 * its walk, as it was at such a time, would not have led to the same memory. After one such access
 * the hart is taken to have seen the translation: a page is reported once, for data and for
 * instructions, until it changes again.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "symbols.h"
#include "table.h"
#include "tlb.h"

/* Pages found in order are remembered, by the low bits of their number */
#define SEEN		1024

#define CAUSE_FETCH_PAGE_FAULT	12
#define CAUSE_LOAD_PAGE_FAULT	13
#define CAUSE_STORE_PAGE_FAULT	15

/* struct pt_regs and what follows it on the stack, rounded up */
#define PT_REGS_SIZE	0x140
/* What handle_exception takes of the stack: PT_SIZE_ON_STACK */
#define SAVED_SIZE	288

#define SSTATUS_SIE	(1ul << 1)
#define SSTATUS_SPP	(1ul << 8)
#define CAUSE_INTERRUPT	(1ul << 63)

/* Bit of a key of @reported: an interrupt */
#define KEY_INTERRUPT	(1ul << 63)

struct seen {
	uint64_t page;
	uint64_t generation;
};

/* What a trap now would overwrite */
enum window {
	WINDOW_NONE,
	WINDOW_ENTRY,	/* the trap that was taken, not saved yet */
	WINDOW_EXIT,	/* sepc or sscratch, set for the return */
};

struct sanitizer {
	struct seen seen[3][SEEN];
	/* When a page was last reported, by its number */
	struct map reported;
	enum window window;
	/* The trap of WINDOW_ENTRY is an interrupt of the kernel */
	bool interrupted;
	/* The page where an interrupt would save registers, if nothing more is to be said of it */
	struct seen stack;
};

static FILE *text;
static FILE *json;
static bool svvptc;
static bool verify;
static bool interrupts;
/* Does handle_exception look at the bitmap when the kernel is interrupted? */
static enum { NOT_KNOWN, NO, YES } interrupts_fence;
static struct tally tally;

static bool take_option(const char *name, const char *value)
{
	if (!strcmp(name, "out"))
		text = tlb_open(value);
	else if (!strcmp(name, "json"))
		json = tlb_open(value);
	else if (!strcmp(name, "symbols"))
		symbols_load(value);
	else if (!strcmp(name, "svvptc"))
		svvptc = tlb_bool(name, value);
	else if (!strcmp(name, "verify"))
		verify = tlb_bool(name, value);
	else if (!strcmp(name, "interrupts"))
		interrupts = tlb_bool(name, value);
	else
		return false;
	return true;
}

static bool start(void)
{
	return text || json;
}

static void hart_init(struct hart *hart)
{
	hart->sanitizer = calloc(1, sizeof(*hart->sanitizer));
	if (!hart->sanitizer)
		tlb_die("no memory for hart %u", hart->index);
}

/*
 * The permissions that an access needs, of those that the entry has now: QEMU sets A and D
 * itself if the hart does (Svadu), and lets loads use X if sstatus.MXR is set.
 */
static uint64_t needed(enum access access, uint64_t now)
{
	static const uint64_t bits[] = {
		[ACCESS_READ] = PTE_R | PTE_A,
		[ACCESS_WRITE] = PTE_W | PTE_A | PTE_D,
		[ACCESS_FETCH] = PTE_X | PTE_A,
	};

	return bits[access] & now;
}

static uint64_t permission(enum access access)
{
	return access == ACCESS_READ ? PTE_R : access == ACCESS_WRITE ? PTE_W : PTE_X;
}

static enum kind compare_leaf(uint64_t old, int level, uint64_t va, enum access access,
			      const struct walk *now)
{
	if ((old & needed(access, now->leaf)) != needed(access, now->leaf) ||
	    (old ^ now->leaf) & PTE_U)
		return KIND_UPGRADE;
	if (pte_translate(old, level, va) != now->pa || (old ^ now->leaf) & PTE_PBMT)
		return KIND_STALE;
	return KIND_NONE;
}

static enum kind compare_walk(const struct walk *old, bool valid, uint64_t va, enum access access,
			      const struct walk *now)
{
	return valid ? compare_leaf(old->leaf, old->level, va, access, now) : KIND_VALID;
}

/* What would have happened had the entry of the walk been as it was */
static enum kind compare_entry(uint64_t old, int level, uint64_t va, enum access access,
			       const struct walk *now)
{
	struct walk below = { .levels = now->levels };
	bool valid;

	if (!pte_is_valid(old))
		return KIND_VALID;
	if (pte_is_leaf(old))
		return compare_leaf(old, level, va, access, now);
	if (!level)
		return KIND_VALID;
	valid = walk_from(pte_table(old), level - 1, va, 0, &below);
	return compare_walk(&below, valid, va, access, now);
}

/* A page of data, of instructions, of an ASID unless it is global: bits 12 to 55 say which */
static uint64_t page_key(const struct hart *hart, uint64_t va, enum access access, bool global)
{
	uint64_t asid = global ? 0x10000 : SATP_ASID(hart->satp);

	return va << 8 >> 20 | (uint64_t)(access == ACCESS_FETCH) << 44 | asid << 45;
}

/*
 * From when on the hart can hold something of an entry: its last fence, the last report, or when
 * it first used the ASID.
 */
static uint64_t ordered_until(const struct hart *hart, const struct covered *what,
			      enum access access)
{
	uint64_t seq = fence_covering(&hart->fences, what);
	uint64_t key = page_key(hart, what->va, access, what->global);

	seq = later(seq, map_get(&hart->sanitizer->reported, key));
	if (!what->global)
		seq = later(seq, hart->roots[what->asid].since);
	return seq;
}

static bool points_down(uint64_t pte, int level)
{
	return level && pte_is_valid(pte) && !pte_is_leaf(pte);
}

/* A wrong access is worse than a trap */
static bool is_worse(enum kind kind, enum kind than)
{
	return kind != KIND_NONE && (than == KIND_NONE || (kind == KIND_STALE && than != kind));
}

static void look_at_entry(struct event *event, const struct walk *now, int level)
{
	const struct change *changes = table_changes(now->entry[level]);
	struct covered what = {
		.global = now->global,
		.va = event->va,
		.shift = now->shift,
		.asid = SATP_ASID(event->hart->satp),
	};

	for (int i = 0; changes && i < HISTORY && changes[i].seq; i++) {
		enum kind kind;

		what.leaf = level == now->level && !points_down(changes[i].old, level);
		/* What is older than this is older than a fence that covers more, too */
		if (changes[i].seq <= ordered_until(event->hart, &what, event->access))
			continue;
		kind = compare_entry(changes[i].old, level, event->va, event->access, now);
		if (svvptc && kind == KIND_VALID)
			continue;
		if (is_worse(kind, event->kind)) {
			event->kind = kind;
			event->level = level;
			event->store_seq = changes[i].seq;
			event->store_pc = changes[i].pc;
			event->store_hart = changes[i].hart;
		}
	}
}

static void look_at_root(struct event *event, const struct walk *now)
{
	const struct hart *hart = event->hart;
	const struct root *root = &hart->roots[SATP_ASID(hart->satp)];
	struct covered what = {
		.global = now->global, .va = event->va, .asid = SATP_ASID(hart->satp),
	};
	struct walk before = { .levels = walk_levels(root->before) };
	enum kind kind;
	bool valid;

	/* Of tables that it left before the fence the hart holds no global mapping either */
	if (!root->before || root->left < fence_covering(&hart->fences, &what) ||
	    root->seq <= ordered_until(hart, &what, event->access))
		return;
	/* What became of the other tables since the hart left them it cannot know */
	valid = walk_from(SATP_ROOT(root->before), before.levels - 1, event->va, root->seq,
			  &before);
	kind = compare_walk(&before, valid, event->va, event->access, now);
	if (is_worse(kind, event->kind)) {
		event->kind = kind;
		event->level = now->levels;
		event->store_seq = root->seq;
		event->store_pc = root->pc;
		event->store_hart = hart->index;
	}
}

/* handle_exception saves the registers below sp before it looks at anything */
static bool is_stack(uint64_t va)
{
	uint64_t sp = tlb_gpr(2);

	return va >> PAGE_SHIFT == (sp - 1) >> PAGE_SHIFT ||
	       va >> PAGE_SHIFT == (sp - PT_REGS_SIZE) >> PAGE_SHIFT;
}

static void judge_vmalloc_fault(struct event *event)
{
	enum range range = linux_range(event->hart, event->va);

	if (range != RANGE_VMALLOC && range != RANGE_FIRST_CHUNK && range != RANGE_MODULE) {
		event->why = "vmalloc_fault() does not fence this range";
	} else if (is_stack(event->va)) {
		event->why = "the stack that the handler needs";
	} else if (linux_on_own_unit(event->hart, event->va)) {
		event->why = "the per-CPU memory that the handler needs";
	} else {
		event->verdict = VERDICT_ABSORBED;
		event->why = "vmalloc_fault() fences";
	}
}

static void judge_trap(struct event *event)
{
	const struct hart *hart = event->hart;

	event->verdict = VERDICT_KILL;
	event->why = "";
	if (hart->sanitizer->window == WINDOW_ENTRY) {
		event->why = "the trap before is not saved yet";
		return;
	}
	if (hart->sanitizer->window == WINDOW_EXIT) {
		event->why = "sepc or sscratch is set for the return from a trap";
		return;
	}
	if (!linux_is_known()) {
		event->verdict = VERDICT_UNKNOWN;
		return;
	}
	if (!linux_handler_runs(hart)) {
		event->why = "no handler is there yet";
		return;
	}
	switch (linux_absorber()) {
	case ABSORBER_UNKNOWN:
		event->verdict = VERDICT_UNKNOWN;
		return;
	case ABSORBER_BITMAP:
		if (linux_is_marked(hart, event->store_seq)) {
			event->verdict = VERDICT_ABSORBED;
			event->why = "handle_exception fences, the hart was marked since";
		} else {
			event->why = "the hart was not marked for handle_exception since";
		}
		return;
	case ABSORBER_NONE:
		event->why = "the kernel fences no spurious fault";
		return;
	case ABSORBER_VMALLOC_FAULT:
		break;
	}
	judge_vmalloc_fault(event);
}

static void judge(struct event *event)
{
	switch (event->kind) {
	case KIND_STALE:
		event->verdict = VERDICT_KILL;
		event->why = "other memory would be accessed";
		break;
	case KIND_UNMAPPED:
		event->verdict = VERDICT_HARMLESS;
		event->why = "the access may go on as before";
		break;
	default:
		judge_trap(event);
	}
}

static void report(struct event *event, bool global)
{
	uint64_t key = page_key(event->hart, event->va, event->access, global);

	judge(event);
	report_add(event);
	*map_at(&event->hart->sanitizer->reported, key) = tlb_seq;
}

static void look_at_walk(struct event *event, const struct walk *now)
{
	for (int level = now->level; level < now->levels; level++)
		look_at_entry(event, now, level);
	look_at_root(event, now);
}

static void judge_interrupt(struct event *event)
{
	event->verdict = VERDICT_KILL;
	event->why = "an interrupt there saves registers to it";
	if (interrupts_fence == YES && linux_is_marked(event->hart, event->store_seq)) {
		event->verdict = VERDICT_ABSORBED;
		event->why = "handle_exception fences before an interrupt saves registers to it";
	}
}

/*
 * Would handle_exception, were the hart interrupted now, save its registers to a page that the hart
 * may hold no translation of? That trap is taken for one from user mode, and traps again for ever.
 */
static void check_interrupt(struct hart *hart, uint64_t pc)
{
	struct event event = {
		.hart = hart, .pc = pc, .va = tlb_gpr(2) - SAVED_SIZE, .access = ACCESS_WRITE,
	};
	struct seen *stack = &hart->sanitizer->stack;
	struct walk now;
	uint64_t *reported;

	if (stack->page == event.va >> PAGE_SHIFT && stack->generation == tlb_generation)
		return;
	if (!(event.va >> 63) || !walk(hart->satp, event.va, &now))
		return;
	event.shift = now.shift;
	look_at_walk(&event, &now);
	if (event.kind != KIND_NONE) {
		reported = map_at(&hart->sanitizer->reported, KEY_INTERRUPT |
				  page_key(hart, event.va, ACCESS_WRITE, now.global));
		if (*reported <= event.store_seq) {
			if (!(tlb_register("sstatus") & SSTATUS_SIE))
				return;
			judge_interrupt(&event);
			report_add(&event);
			*reported = tlb_seq + 1;
		}
	}
	*stack = (struct seen){ .page = event.va >> PAGE_SHIFT, .generation = tlb_generation };
}

/*
 * The entry forbids the access now: could the hart have gone on with what the entry was? QEMU
 * itself may have.
 */
static void look_at_forbidden(struct event *event, const struct walk *now)
{
	const struct change *changes = table_changes(now->entry[now->level]);
	struct covered what = {
		.leaf = true, .va = event->va, .asid = SATP_ASID(event->hart->satp),
	};
	uint64_t old;

	if (!changes || !changes[0].seq)
		return;
	old = changes[0].old;
	if (!pte_is_valid(old) || !(old & permission(event->access)))
		return;
	what.global = old & PTE_G;
	what.shift = pte_shift(old, now->level);
	if (changes[0].seq <= ordered_until(event->hart, &what, event->access))
		return;
	event->kind = KIND_UNMAPPED;
	event->level = now->level;
	event->store_seq = changes[0].seq;
	event->store_pc = changes[0].pc;
	event->store_hart = changes[0].hart;
	report(event, what.global);
}

static void check_page(struct hart *hart, uint64_t pc, uint64_t va, enum access access)
{
	struct event event = { .hart = hart, .pc = pc, .va = va, .access = access };
	struct walk now;

	if (!walk(hart->satp, va, &now)) {
		if (now.levels)
			look_at_forbidden(&event, &now);
		return;
	}
	tally.checked++;
	event.shift = now.shift;
	look_at_walk(&event, &now);
	if (event.kind != KIND_NONE)
		report(&event, now.global);
	hart->sanitizer->seen[access][va >> PAGE_SHIFT & (SEEN - 1)] = (struct seen){
		.page = va >> PAGE_SHIFT, .generation = tlb_generation,
	};
}

static void check(struct hart *hart, uint64_t pc, uint64_t va, enum access access)
{
	const struct seen *seen =
		&hart->sanitizer->seen[access][va >> PAGE_SHIFT & (SEEN - 1)];

	if (seen->page != va >> PAGE_SHIFT || seen->generation != tlb_generation)
		check_page(hart, pc, va, access);
}

static void check_data(struct hart *hart, uint64_t pc, uint64_t va, size_t length,
		       enum access access)
{
	if (!(va >> 63))
		return;
	check(hart, pc, va, access);
	if (va % PAGE_SIZE + length > PAGE_SIZE)
		check(hart, pc, (va | (PAGE_SIZE - 1)) + 1, access);
}

static void on_store(struct hart *hart, uint64_t pc, uint64_t va, size_t length)
{
	linux_store(va);
	check_data(hart, pc, va, length, ACCESS_WRITE);
}

static void on_load(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t va, void *data)
{
	struct hart *hart = tlb_current();

	(void)vcpu;
	if (hart->sanitizer->interrupted && linux_in_bitmap(va))
		interrupts_fence = YES;
	check_data(hart, (uint64_t)data, va, 1ul << qemu_plugin_mem_size_shift(info), ACCESS_READ);
}

static void on_fetch(unsigned int vcpu, void *data)
{
	(void)vcpu;
	check(tlb_current(), (uint64_t)data, (uint64_t)data, ACCESS_FETCH);
}

static void on_interruptible(unsigned int vcpu, void *data)
{
	struct hart *hart = tlb_current();

	(void)vcpu;
	if (hart->sanitizer->window == WINDOW_NONE && interrupts_fence != NOT_KNOWN)
		check_interrupt(hart, (uint64_t)data);
}

/* QEMU holds translations like a hart, but drops more of them than a fence says */
static bool may_be_old(const struct hart *hart, const struct walk *now, uint64_t va)
{
	struct covered all = { .global = true, .va = va };

	for (int level = now->level; level < now->levels; level++) {
		const struct change *changes = table_changes(now->entry[level]);

		if (changes && changes[0].seq > fence_covering(&hart->fences, &all))
			return true;
	}
	return false;
}

/* Does QEMU's translation agree with that of the shadow? */
static void on_verify(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t va, void *data)
{
	struct hart *hart = tlb_current();
	struct qemu_plugin_hwaddr *address;
	struct walk to;
	bool valid;

	(void)vcpu;
	if (!(va >> 63))
		return;
	valid = walk(hart->satp, va, &to);
	address = qemu_plugin_get_hwaddr(info, va);
	if (!to.levels || !address)
		return;
	tally.verified++;
	if ((valid && to.pa == qemu_plugin_hwaddr_phys_addr(address)) || may_be_old(hart, &to, va))
		return;
	tally.differed++;
	if (text && tally.differed <= 20)
		fprintf(text, "differs: hart %u at 0x%lx accesses 0x%lx, in the shadow 0x%lx, "
			"for QEMU 0x%lx\n", hart->index, (uint64_t)data, va, valid ? to.pa : 0,
			qemu_plugin_hwaddr_phys_addr(address));
}

static bool read_fault(struct event *event)
{
	switch (tlb_register("scause")) {
	case CAUSE_FETCH_PAGE_FAULT:
		event->access = ACCESS_FETCH;
		break;
	case CAUSE_LOAD_PAGE_FAULT:
		event->access = ACCESS_READ;
		break;
	case CAUSE_STORE_PAGE_FAULT:
		event->access = ACCESS_WRITE;
		break;
	default:
		return false;
	}
	event->va = tlb_register("stval");
	event->pc = tlb_register("sepc");
	return event->va >> 63;
}

/* From when on marks are seen */
static void on_stvec(struct hart *hart)
{
	linux_handler_runs(hart);
}

/* The kernel itself ends translation only when it starts another one (riscv_kexec_relocate) */
static void on_satp(struct hart *hart, uint64_t value)
{
	if (!walk_levels(hart->satp) || walk_levels(value) || !(hart->written_pc >> 63))
		return;
	report_settle();
	linux_forget();
	table_forget();
}

static void on_trap(struct hart *hart)
{
	struct event event = { .hart = hart };
	struct walk now;

	if (read_fault(&event)) {
		walk(hart->satp, event.va, &now);
		if (now.levels)
			look_at_forbidden(&event, &now);
	}
	hart->sanitizer->window = WINDOW_ENTRY;
	hart->sanitizer->interrupted = interrupts && linux_handler_runs(hart) &&
		tlb_register("scause") & CAUSE_INTERRUPT && tlb_register("sstatus") & SSTATUS_SPP;
}

static void add_block(struct qemu_plugin_tb *tb)
{
	void *pc = (void *)qemu_plugin_tb_vaddr(tb);

	if (!((uint64_t)pc >> 63))
		return;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_fetch, QEMU_PLUGIN_CB_R_REGS, pc);
	if (interrupts)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_interruptible, QEMU_PLUGIN_CB_R_REGS,
						     pc);
}

/* Linux has 0 in sscratch while the kernel runs, which says that a trap is the kernel's own */
static void on_window(unsigned int vcpu, void *data)
{
	enum window window = (uint64_t)data;
	struct sanitizer *sanitizer = tlb_current()->sanitizer;

	(void)vcpu;
	/* handle_exception itself takes what is in sscratch first */
	if (window == WINDOW_EXIT && sanitizer->window == WINDOW_ENTRY)
		return;
	sanitizer->window = window;
	if (window != WINDOW_NONE || !sanitizer->interrupted)
		return;
	sanitizer->interrupted = false;
	if (interrupts_fence == NOT_KNOWN)
		interrupts_fence = NO;
}

static void add_window(struct qemu_plugin_insn *insn, const struct insn *decoded)
{
	enum window window;

	if (decoded->kind == INSN_SRET)
		window = WINDOW_NONE;
	else if (decoded->kind == INSN_CSR_WRITE && decoded->csr == CSR_SEPC)
		window = WINDOW_EXIT;
	else if (decoded->kind == INSN_CSR_WRITE && decoded->csr == CSR_SSCRATCH)
		window = decoded->zero ? WINDOW_NONE : WINDOW_EXIT;
	else
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_window, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)(uint64_t)window);
}

static void add_insn(struct qemu_plugin_insn *insn, const struct insn *decoded)
{
	uint64_t pc = qemu_plugin_insn_vaddr(insn);
	uint64_t last = pc + qemu_plugin_insn_size(insn) - 1;

	add_window(insn, decoded);
	/* A block may go on in a second page, and an instruction may cross into it */
	if (pc >> 63 && last % PAGE_SIZE < qemu_plugin_insn_size(insn))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_fetch, QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(last & -PAGE_SIZE));
	qemu_plugin_register_vcpu_mem_cb(insn, on_load, QEMU_PLUGIN_CB_R_REGS,
					 QEMU_PLUGIN_MEM_R, (void *)pc);
	if (verify)
		qemu_plugin_register_vcpu_mem_cb(insn, on_verify, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_R | QEMU_PLUGIN_MEM_W, (void *)pc);
}

static void finish(void)
{
	report_write(text, json, &tally);
}

const struct tlb_user sanitizer_user = {
	.option = take_option,
	.start = start,
	.hart_init = hart_init,
	.block = add_block,
	.insn = add_insn,
	.store = on_store,
	.satp = on_satp,
	.stvec = on_stvec,
	.trap = on_trap,
	.finish = finish,
};
