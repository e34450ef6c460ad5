// Constants are read through these: on some processors flash is not memory like any other.
#if defined(__AVR__) || defined(ESP8266)
static inline void fetch(void *to, const void *from, size_t bytes) { memcpy_P(to, from, bytes); }
//@if int8
static inline uint8_t flash(const uint8_t *at) { return pgm_read_byte(at); }
static inline int8_t flash(const int8_t *at) { return static_cast<int8_t>(pgm_read_byte(at)); }
static inline uint16_t flash(const uint16_t *at) { return pgm_read_word(at); }
static inline uint32_t flash(const uint32_t *at) { return pgm_read_dword(at); }
//@else
static inline float flash(const float *at) { return pgm_read_float(at); }
//@end
#define MICROMOBILENET_STEP(step, from) Step step; fetch(&step, from, sizeof step)
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
#define MICROMOBILENET_STEP(step, from) const Step &step = *(from)
#endif
