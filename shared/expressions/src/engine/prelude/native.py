# The interpreter's own builtins, kept before the pieces that follow replace some of them.

_ak_map = map
_ak_filter = filter
_ak_zip = zip
_ak_enumerate = enumerate
_ak_reversed = reversed
_ak_sum = sum
_ak_round = round
_ak_int = int
_ak_type_of_types = type(int)
_ak_native_bytes = bytes
