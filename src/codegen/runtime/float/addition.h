//@if add
// Adds two rows.
static void add(const Step &step, const float *in, const float *other, float *out) {
    const size_t count = static_cast<size_t>(step.width) * step.channels;
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i] + other[i];
    }
}
//@end
