// SPDX-License-Identifier: GPL-2.0-only
/*
 * For scripts/series/coccinelle: every line with "here" must be reported, and no other.
 */
#include <linux/cpu.h>
#include <linux/dma-mapping.h>
#include <asm/page.h>

static DEFINE_PER_CPU(struct object, object);
static DEFINE_PER_CPU(char, buffer[64]) __aligned(64);

phys_addr_t of_a_variable(int cpu)
{
	return __pa(&per_cpu(object, cpu));		/* here */
}

phys_addr_t of_this_cpu(void)
{
	return virt_to_phys(this_cpu_ptr(&object));	/* here */
}

phys_addr_t with_a_cast(int cpu)
{
	return __pa((unsigned long)per_cpu_ptr(&object, cpu));	/* here */
}

phys_addr_t of_a_member(void)
{
	return __pa(&raw_cpu_ptr(&object)->member);	/* here */
}

phys_addr_t through_a_local(int cpu)
{
	struct object *o = &per_cpu(object, cpu);

	o->member = cpu;
	return __pa(o);					/* here */
}

phys_addr_t through_an_assignment(struct object __percpu *objects)
{
	struct object *o;

	o = get_cpu_ptr(objects);
	return virt_to_phys(&o->member);		/* here */
}

phys_addr_t on_one_path(struct object __percpu *objects, struct object *other)
{
	struct object *o = other;

	if (!other)
		o = this_cpu_ptr(objects);
	return virt_to_phys(o);				/* here */
}

phys_addr_t through_two_locals(void)
{
	struct object *o = &get_cpu_var(object);
	char *member = &o->member;

	return __pa(member);				/* here */
}

phys_addr_t of_an_array(void)
{
	char *b = get_cpu_var(buffer);

	return virt_to_phys(b);				/* here */
}

phys_addr_t of_an_array_directly(int cpu)
{
	return virt_to_phys(per_cpu(buffer, cpu));	/* here */
}

void in_a_loop(struct object __percpu *objects)
{
	struct object *o;
	int cpu;

	for_each_possible_cpu(cpu) {
		o = per_cpu_ptr(objects, cpu);
		get_page(virt_to_page(o));		/* here */
	}
}

void for_a_device(struct scatterlist *sg, struct device *dev, struct object __percpu *objects)
{
	struct object *o = this_cpu_ptr(objects);

	sg_set_buf(sg, o, sizeof(*o));			/* here */
	sg_init_one(sg, this_cpu_ptr(objects), 8);	/* here */
	dma_map_single(dev, &o->member, 8, DMA_TO_DEVICE);	/* here */
}
