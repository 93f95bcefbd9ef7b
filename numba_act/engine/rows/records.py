"""The records of ``loop_data.py`` as compiled code sees them."""

from numba_act.engine.compiler.records import record_type
from numba_act.engine.rows import loop_data

ROW_LOOP_DATA = record_type(loop_data.RowLoopData)
STAGES = record_type(loop_data.Stages)
UNIT = record_type(loop_data.Unit)
