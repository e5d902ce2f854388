/* What a compiler makes AVX-512 code of, for avx512.test.ts: loops that it turns into vectors, and intrinsics with masks, */
/* rounding and compressed stores. Built with -fno-math-errno, for several CPUs. */
#include <immintrin.h>
#include <math.h>
#include <stdint.h>

void choose(float *a, const float *b, const float *c, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i] > c[i] ? b[i] * c[i] + 3.0f : sqrtf(b[i]);
}
void widen(double *a, const int *b, const long *c, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i] + (double)c[i];
}
void narrow(unsigned *a, const double *b, int n) {
  for (int i = 0; i < n; i++) a[i] = (unsigned)b[i];
}
void longs(float *a, const unsigned long *b, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i];
}
void gather(double *a, const double *b, const int *x, int n) {
  for (int i = 0; i < n; i++)
    if (x[i] > 3) a[i] = b[x[i]];
}
void scatter(double *a, const double *b, const int *x, int n) {
  for (int i = 0; i < n; i++) a[x[i]] = b[i];
}
void bytes(uint8_t *a, const uint8_t *b, const uint8_t *c, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i] > c[i] ? b[i] - c[i] : (b[i] * c[i]) >> 3;
}
void words(int16_t *a, const int16_t *b, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i] < 0 ? -b[i] : b[i] << 2;
}
int dot(const int8_t *a, const uint8_t *b, int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}
uint64_t count(const uint64_t *a, int n) {
  uint64_t sum = 0;
  for (int i = 0; i < n; i++) sum += __builtin_popcountl(a[i]);
  return sum;
}
void rotate(uint32_t *a, int n) {
  for (int i = 0; i < n; i++) a[i] = a[i] << 7 | a[i] >> 25;
}

__m512 down(__m512 a, __m512 b) { return _mm512_add_round_ps(a, b, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
__m512d chopped(__m512d a, __mmask8 k, __m512d b, __m512d c) {
  return _mm512_mask_fmadd_round_pd(a, k, b, c, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
__mmask16 quiet(__m512 a, __m512 b) { return _mm512_cmp_round_ps_mask(a, b, _CMP_NGE_UQ, _MM_FROUND_NO_EXC); }
__m512i ternary(__m512i a, const __m512i *b, __m512i c) { return _mm512_ternarylogic_epi32(a, b[3], c, 0x96); }
__m512i spread(const int *a, __m512i b) { return _mm512_add_epi32(_mm512_set1_epi32(a[5]), b); }
void pack(void *p, __mmask8 k, __m512i a) { _mm512_mask_compressstoreu_epi64(p, k, a); }
unsigned up(__m128d a) { return _mm_cvt_roundsd_u32(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
__m128 exponent(__m128 a, __m128 b) { return _mm_getexp_round_ss(a, b, _MM_FROUND_NO_EXC); }
__m512 whole(__m512 a) { return _mm512_roundscale_ps(a, 4); }
__m512i pairs(__mmask16 k, __m512i x, void *p) {
  __m512i v = _mm512_mask_i32gather_epi32(x, k, x, p, 4);
  _mm512_mask_i32scatter_epi32(p, k, x, v, 8);
  return v;
}
#ifdef __AVX512BW__
__m256i saturate(__m512i a) { return _mm512_cvtusepi16_epi8(a); }
__mmask64 below(__m512i a, const __m512i *b) { return _mm512_cmplt_epu8_mask(a, b[-1]); }
#endif
#ifdef __AVX512DQ__
int classes(__m512 a) { return _mm512_fpclass_ps_mask(a, 0x81); }
__m256d part(__m512d a) { return _mm512_extractf64x4_pd(_mm512_range_pd(a, a, 3), 1); }
#endif
#ifdef __AVX512VBMI__
__m512i permuted(__m512i a, __mmask64 k, __m512i b) { return _mm512_maskz_permutexvar_epi8(k, a, b); }
#endif
#ifdef __AVX512FP16__
void halves(_Float16 *a, const _Float16 *b, const _Float16 *c, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i] * c[i] + a[i];
}
void grow(double *a, const _Float16 *b, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i];
}
void shrink(_Float16 *a, const double *b, int n) {
  for (int i = 0; i < n; i++) a[i] = b[i];
}
__m512h complexes(__m512h a, __m512h b) { return _mm512_fmul_pch(a, b); }
#endif
