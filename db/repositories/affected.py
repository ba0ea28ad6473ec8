"""How many rows a statement touched."""

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import Insert


async def affected(session: AsyncSession, statement: Delete | Update | Insert) -> int:
    """Execute and count, without reading the rows back."""
    options = {} if isinstance(statement, Insert) else {"synchronize_session": False}
    result = await session.execute(statement, execution_options=options)
    assert isinstance(result, CursorResult)
    return result.rowcount
