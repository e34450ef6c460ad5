// Constants are read through these: on some processors flash is not memory like any other.
#if defined(__AVR__) || defined(ESP8266)
static inline void fetch(void *to, const void *from, size_t bytes) { memcpy_P(to, from, bytes); }
static inline uint8_t flash(const uint8_t *at) { return pgm_read_byte(at); }
static inline uint16_t flash(const uint16_t *at) { return pgm_read_word(at); }
static inline uint32_t flash(const uint32_t *at) { return pgm_read_dword(at); }
//@if int8
static inline int8_t flash(const int8_t *at) { return static_cast<int8_t>(pgm_read_byte(at)); }
//@else
static inline float flash(const float *at) { return pgm_read_float(at); }
//@end
#define MICROMOBILENET_STEP(step, index) Step step; fetch(&step, steps + (index), sizeof step)
// A single field of a step, where copying the whole one would take longer.
#define MICROMOBILENET_OF(index, field) flash(&steps[index].field)
#else
static inline void fetch(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
//@if int8
static inline uint8_t flash(const uint8_t *at) { return *at; }
static inline int8_t flash(const int8_t *at) { return *at; }
static inline uint16_t flash(const uint16_t *at) { return *at; }
static inline uint32_t flash(const uint32_t *at) { return *at; }
//@else
static inline float flash(const float *at) { return *at; }
//@end
#define MICROMOBILENET_STEP(step, index) const Step &step = steps[index]
#define MICROMOBILENET_OF(index, field) steps[index].field
#endif
