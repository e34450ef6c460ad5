#if !defined(MICROMOBILENET_CALLER_ARENA) && !defined(MICROMOBILENET_PROFILE)
static_assert(sizeof(@Class@) == @objectBytes@, "the object size differs from the memory plan");
#endif

#undef MICROMOBILENET_STEP
#undef MICROMOBILENET_OF
#undef MICROMOBILENET_TRACED
#undef MICROMOBILENET_CHARGE
#undef MICROMOBILENET_NOINLINE
#undef MICROMOBILENET_INLINE
