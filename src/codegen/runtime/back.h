#if !defined(MICROMOBILENET_CALLER_ARENA) && !defined(MICROMOBILENET_PROFILE)
static_assert(sizeof(@Class@) == @objectBytes@, "its size is not the one that was planned");
#endif

#undef MICROMOBILENET_STEP
#undef MICROMOBILENET_OF
#undef MICROMOBILENET_TRACED
#undef MICROMOBILENET_CHARGE
#undef MICROMOBILENET_APART
#undef MICROMOBILENET_INLINE
