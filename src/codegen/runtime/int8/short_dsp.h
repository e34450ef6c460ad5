//@if shortRows
// Depthwise 3x3 with stride 1 on rows of three or four columns, padding on both sides: all pixels of a channel stay
// in registers, columns of rows a and b in r0, r10, r11 and r1, columns of row c in r12 and r2. A sum begins with the
// product that needs one of them for the last time, and replaces it: the sums are in lr, r0, r10 and r11. Follows the
// unpacking of weights in depthwiseRow3, whose last argument is here the end of the output.
#define DSP_SHORT_ROW                                               \
    "40:\n"                                                         \
    "ldr r9, [sp, " DSP_ZEROS "]\n"                                 \
    "ldr r0, [r0]\n"                                                \
    "ldr r1, [r1]\n"                                                \
    "ldr r2, [r2]\n"                                                \
    "tst lr, #140\n"                                                \
    "bne 42f\n"                                                     \
    "41:\n"                                                         \
    "pkhbt r10, r0, r1, lsl #16\n"                                  \
    "pkhtb r1, r1, r0, asr #16\n"                                   \
    "uxtb16 r0, r10\n"                                              \
    "uxtb16 r10, r10, ror #8\n"                                     \
    "uxtb16 r11, r1\n"                                              \
    "uxtb16 r1, r1, ror #8\n"                                       \
    "uxtb16 r12, r2\n"                                              \
    "uxtb16 r2, r2, ror #8\n"                                       \
    "pkhbt lr, r9, r2, lsl #16\n"                                   \
    "smuad lr, lr, r7\n"                                            \
    "smlabb lr, r12, r8, lr\n"                                      \
    "smlad lr, r9, r4, lr\n"                                        \
    "smlad lr, r0, r5, lr\n"                                        \
    "smlad lr, r10, r6, lr\n"                                       \
    "smuad r0, r0, r4\n"                                            \
    "smlad r0, r12, r7, r0\n"                                       \
    "smlabb r0, r2, r8, r0\n"                                       \
    "smlad r0, r10, r5, r0\n"                                       \
    "smlad r0, r11, r6, r0\n"                                       \
    "smuad r10, r10, r4\n"                                          \
    "smlad r10, r2, r7, r10\n"                                      \
    "smlatb r10, r12, r8, r10\n"                                    \
    "smlad r10, r11, r5, r10\n"                                     \
    "smlad r10, r1, r6, r10\n"                                      \
    "smuad r11, r11, r4\n"                                          \
    "smlad r11, r1, r5, r11\n"                                      \
    "smlad r11, r9, r6, r11\n"                                      \
    "smlatb r11, r2, r8, r11\n"                                     \
    "pkhtb r12, r9, r12, asr #16\n"                                 \
    "smlad r11, r12, r7, r11\n"                                     \
    "ldrd r4, r5, [sp]\n"                                           \
    "ldr r6, [sp, " DSP_LAST "]\n"                                  \
    "add r7, r3, r8, lsr #16\n"                                     \
    "mla lr, lr, r4, r5\n"                                          \
    "mla r0, r0, r4, r5\n"                                          \
    "mla r10, r10, r4, r5\n"                                        \
    "mla r11, r11, r4, r5\n"                                        \
    "usat lr, #8, lr, asr #16\n"                                    \
    "usat r0, #8, r0, asr #16\n"                                    \
    "usat r10, #8, r10, asr #16\n"                                  \
    "usat r11, #8, r11, asr #16\n"                                  \
    "strb lr, [r3]\n"                                               \
    "strb r0, [r3, #1]\n"                                           \
    /* With three columns, the third output replaces the fourth. */ \
    "strb r11, [r7, #-1]\n"                                         \
    "strb r10, [r3, #2]\n"                                          \
    "mov r3, r7\n"                                                  \
    "cmp r3, r6\n"                                                  \
    "bne 1b\n"                                                      \
    "b 43b\n"                                                       \
    /* Padding above, below, and on the right of three columns. */  \
    "42:\n"                                                         \
    "orr r10, r9, r9, lsl #8\n"                                     \
    "lsls r11, lr, #29\n"                                           \
    "it mi\n"                                                       \
    "movmi r0, r10\n"                                               \
    "it cs\n"                                                       \
    "movcs r2, r10\n"                                               \
    "lsls r11, lr, #24\n"                                           \
    "bpl 41b\n"                                                     \
    "bfi r0, r9, #24, #8\n"                                         \
    "bfi r1, r9, #24, #8\n"                                         \
    "bfi r2, r9, #24, #8\n"                                         \
    "b 41b\n"
//@end
